using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Pharos.Client;
using Pharos.Client.Boot;
using Pharos.Client.Startup;
using Pharos.Client.Wire;
using Pharos.Pm2.Host;
using Pharos.Screens;

namespace Pharos.Face;

/// <summary>The pm2 face in this process: the thin client, the terminal, other programs.</summary>
internal sealed class Pm2Host(Shell shell) : IPm2Host, IDisposable
{
    private const string Deleted = " (deleted)"; // proc_pid_exe(5)
    private const int SIGINT = 2;
    private readonly ManualResetEventSlim _end = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    public IReadOnlyDictionary<string, string> Variables => shell.Variables;

    public string Cwd => shell.Cwd;

    public int Columns => shell.Columns();

    public string Executable { get; } = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)?.FullName.Replace(Deleted, "") ?? Environment.ProcessPath ?? "pharos";

    public void Print(string text)
    {
        if (!Shell.Write(shell.Output, Encoding.UTF8.GetBytes(text)))
            ClientLibc._exit(0); // `pm2 list | head -1`: the reader has seen enough
    }

    public void PrintError(string text) => Shell.Write(shell.Error, Encoding.UTF8.GetBytes(text));

    public string ReadInput() => Console.In.ReadToEnd();

    public DaemonAnswer Send(string state, string method, string path, byte[]? body = null)
    {
        using var all = new MemoryStream();
        var status = Exchange(state, method, path, "application/json", body, piece =>
        {
            all.Write(piece);
            return true;
        });
        return new(status, all.ToArray());
    }

    public int Follow(string state, string path, string accept, Func<string, bool> line)
    {
        var rest = new List<byte>();
        return Exchange(state, "GET", path, accept, null, piece =>
        {
            while (piece.IndexOf((byte)'\n') is >= 0 and var end)
            {
                rest.AddRange(piece[..end]);
                piece = piece[(end + 1)..];
                if (rest.Count > 0 && !line(Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(rest))))
                    return false;
                rest.Clear();
            }

            rest.AddRange(piece);
            return true;
        });
    }

    public string? StartDaemon(string state, string pm2Home) =>
        DaemonStart.Run(shell, new PharosHome(state) { DaemonArguments = ["--pm2-home", pm2Home] });

    public (int ExitCode, string Said) Capture(IReadOnlyList<string> command) => Subprocess.Run(shell, command);

    public int Run(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, WorkingDirectory = shell.Cwd };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            PrintError($"{command[0]}: {e.Message}\n");
            return Subprocess.NotRun;
        }
    }

    public int Monit(string state) => MonitCommand.RunAsync([], Of(state)).GetAwaiter().GetResult();

    public int Own(string state, IReadOnlyList<string> args) => Cli.Run([.. args], Of(state));

    public bool WaitForEnd(TimeSpan time)
    {
        if (_signals.Count == 0)
        {
            _ = ClientLibc.signal(SIGINT, 0); // a script that runs us in the background has it ignored; node takes it all the same, and so does whoever stands in for it
            foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
            {
                _signals.Add(PosixSignalRegistration.Create(signal, context =>
                {
                    context.Cancel = true;
                    _end.Set();
                }));
            }
        }

        return _end.Wait(time);
    }

    public void WaitForDaemonEnd(string state) => DaemonEnd.Wait(new PharosHome(state));

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _end.Dispose();
    }

    private delegate bool Piece(ReadOnlySpan<byte> bytes);

    private int Exchange(string state, string method, string path, string accept, byte[]? body, Piece take)
    {
        using var connection = UnixConnection.Open($"{state}/pharos.sock", out _);
        if (connection is null)
            return 0;
        var question = path.IndexOf('?');
        var request = new ThinRequest("pm2", method, question < 0 ? path : path[..question], question < 0 ? "" : path[(question + 1)..]) { Accept = accept, Body = body };
        connection.Send(request.ToBytes(ClientTrace.Begin(shell)));
        var parser = new ResponseParser();
        var buffer = new byte[64 * 1024];
        while (!parser.IsDone && !parser.IsBroken)
        {
            var n = connection.Receive(buffer);
            if (n == 0)
                break;
            ReadOnlySpan<byte> input = buffer.AsSpan(0, n);
            for (var piece = parser.Next(ref input); !piece.IsEmpty; piece = parser.Next(ref input))
            {
                if (!take(piece))
                    return parser.Status;
            }
        }

        return parser.MayEndHere ? parser.Status : 0;
    }

    private Shell Of(string state) => new()
    {
        Variables = new Dictionary<string, string>(shell.Variables) { ["PHAROS_HOME"] = state },
        Cwd = shell.Cwd,
        Output = shell.Output,
        Error = shell.Error,
    };
}
