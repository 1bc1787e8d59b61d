using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pharos.TestKit;

namespace Pharos.Benchmarks.Contestants;

/// <summary>Somebody who takes the output of one app and keeps it in a file: a supervisor in a home of its own.</summary>
internal abstract class LogKeeper(string name) : IDisposable
{
    public string Name => name;

    /// <summary>Folder of its own.</summary>
    protected TempHome Home { get; } = new();

    /// <summary>Where the lines go.</summary>
    public string LogFile => System.IO.Path.Combine(Home.Path, "out.log");

    /// <summary>The process that does it.</summary>
    public int Pid { get; protected set; }

    /// <summary>Starts an app: a shell's command line that prints, and then goes on without printing.</summary>
    public abstract void Start(string commandLine);

    /// <summary>How many bytes are in its files by now.</summary>
    public virtual long Written => File.Exists(LogFile) ? new FileInfo(LogFile).Length : 0;

    public abstract void Dispose();

    protected static string Run(IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new CannotMeasureException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result.Trim()} {output.Trim()}");
    }

    protected void End(Action stop)
    {
        try
        {
            stop();
        }
        catch (CannotMeasureException e)
        {
            Console.Error.WriteLine($"bench: {e.Message}");
        }

        Home.Dispose();
    }
}

/// <summary>The published program.</summary>
internal sealed class PharosKeeper : LogKeeper
{
    private readonly string _program;
    private readonly string[] _settings;
    private readonly Dictionary<string, string> _environment;
    private readonly string _folder;

    public PharosKeeper(string name, Arguments arguments, params string[] settings)
        : base(name)
    {
        _program = System.IO.Path.Combine(arguments.Dist ?? Repository.PathOf("artifacts", "dist"), "pharos");
        if (!File.Exists(_program))
            throw new CannotMeasureException($"{_program} is missing: run './build.sh publish' first");
        _settings = settings;
        _folder = System.IO.Path.Combine(Home.Path, ".pharos");
        _environment = new() { ["HOME"] = Home.Path, ["PHAROS_HOME"] = _folder }; // and no XDG_RUNTIME_DIR: spool files lie where a service has them
        Run(_environment, _program, "list");
        using var answer = JsonDocument.Parse(Run(_environment, _program, "ping", "--json"));
        Pid = answer.RootElement.GetProperty("pid").GetInt32();
    }

    public override void Start(string commandLine) =>
        Run(_environment, _program, ["start", "/bin/sh", "--name", "printer", "--interpreter", "none", "--out-file", LogFile, "--log-opt", "rotate=false", .. _settings, "--", "-c", commandLine]);

    public override void Dispose()
    {
        using (SpoolPlace.Of(_folder))
            End(() => Run(_environment, _program, "kill"));
    }
}

/// <summary>PM2 as <c>bench/pm2/install</c> put it into artifacts/pm2.</summary>
internal sealed class Pm2Keeper : LogKeeper
{
    private readonly string _program;
    private readonly string[] _settings;
    private readonly Dictionary<string, string> _environment;

    public Pm2Keeper(string name, string program, params string[] settings)
        : base(name)
    {
        _program = program;
        _settings = settings;
        _environment = new() { ["HOME"] = Home.Path, ["PM2_HOME"] = Home.Path + "/pm2", ["PM2_DISABLE_VERSION_CHECK"] = "true" };
        Run(_environment, _program, "ping");
        Pid = int.Parse(File.ReadAllText(Home.Path + "/pm2/pm2.pid"), CultureInfo.InvariantCulture);
    }

    public static string Program => Repository.PathOf("artifacts", "pm2", "node_modules", ".bin", "pm2");

    public override void Start(string commandLine) =>
        Run(_environment, _program, ["start", "/bin/sh", "--name", "printer", "--interpreter", "none", "--output", LogFile, "--merge-logs", .. _settings, "--", "-c", commandLine]);

    public override void Dispose() => End(() => Run(_environment, _program, "kill"));
}

/// <summary>supervisord as <c>bench/supervisord/install</c> unpacked it into artifacts/supervisord.</summary>
internal sealed class SupervisordKeeper(string name) : LogKeeper(name)
{
    private Process? _process;

    public static string Folder => Repository.PathOf("artifacts", "supervisord", "usr");

    public override void Start(string commandLine)
    {
        var file = Home.File("supervisord.conf");
        File.WriteAllText(file, $"""
            [supervisord]
            nodaemon=true
            logfile={Home.Path}/supervisord.log
            pidfile={Home.Path}/supervisord.pid
            childlogdir={Home.Path}
            [program:printer]
            command=/bin/sh -c "{commandLine.Replace("%", "%%", StringComparison.Ordinal)}"
            stdout_logfile={LogFile}
            stdout_logfile_maxbytes=0
            autorestart=false
            """);
        var start = new ProcessStartInfo("/usr/bin/python3", [Folder + "/bin/supervisord", "-c", file]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONPATH"] = Folder + "/lib/python3/dist-packages";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Pid = _process.Id;
    }

    public override void Dispose()
    {
        if (_process is { HasExited: false })
        {
            Run(new Dictionary<string, string>(), "/bin/kill", "-TERM", Pid.ToString(CultureInfo.InvariantCulture));
            _process.WaitForExit(20_000);
        }

        _process?.Dispose();
        Home.Dispose();
    }
}

/// <summary>The floor: <c>cat</c> from a FIFO to a file, which no daemon can beat by much.</summary>
internal sealed class CatKeeper() : LogKeeper("cat")
{
    private readonly List<Process> _processes = [];

    public override void Start(string commandLine)
    {
        var fifo = System.IO.Path.Combine(Home.Path, "fifo");
        Run(new Dictionary<string, string>(), "/usr/bin/mkfifo", fifo);
        _processes.Add(Process.Start("/bin/sh", ["-c", $"exec cat {fifo} > {LogFile}"]));
        Pid = _processes[0].Id;
        _processes.Add(Process.Start("/bin/sh", ["-c", $"exec > {fifo}; {commandLine}"]));
    }

    public override void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.Dispose();
        }

        Home.Dispose();
    }
}
