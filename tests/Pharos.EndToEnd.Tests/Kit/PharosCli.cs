using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;

namespace Pharos.EndToEnd.Tests.Kit;

/// <summary>The published program with a home, an environment and a runtime folder of its own. At the end nothing of it is left, or the test fails.</summary>
internal sealed class PharosCli : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);
    private const int LogLinesShown = 200;
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private readonly TempHome _folder = new();
    private readonly HttpClient _api;

    public PharosCli()
    {
        if (!File.Exists(Program))
            throw new InvalidOperationException($"{Program} is missing: ./build.sh publish");
        Runtime = $"/dev/shm/{Path.GetFileName(Folder)}"; // tmpfs, as a user's runtime folder is; ours, so that what stays in it is seen
        Directory.CreateDirectory(Runtime, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment = new(StringComparer.Ordinal)
        {
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = Folder, // goes to every app: that is how leftovers are found
            ["PHAROS_HOME"] = Home,
            ["XDG_RUNTIME_DIR"] = Runtime,
            ["LANG"] = "C.UTF-8",
            ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..")),
        };
        _api = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://pharos/"), Timeout = Patience };
    }

    /// <summary>The published program.</summary>
    public static string Program { get; } = Repository.PathOf("artifacts", "dist", "pharos");

    /// <summary>The published example app.</summary>
    public static string Example
    {
        get
        {
            var path = Repository.PathOf("artifacts", "example", "pharos-example");
            return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: ./build.sh publish");
        }
    }

    /// <summary>The program that does as it is told.</summary>
    public static string Fixture { get; } = Path.Combine(AppContext.BaseDirectory, "pharos-fixture");

    /// <summary>What every command gets, and nothing else.</summary>
    public Dictionary<string, string> Environment { get; }

    /// <summary>The test's own folder; the home is below it.</summary>
    public string Folder => _folder.Path;

    /// <summary>PHAROS_HOME.</summary>
    public string Home => Path.Combine(Folder, "h");

    /// <summary>XDG_RUNTIME_DIR.</summary>
    public string Runtime { get; }

    /// <summary>Command in front of every command: another mount namespace, say; empty: none.</summary>
    public string[] Enter { get; set; } = [];

    /// <summary>Where the files of that other namespace are seen from here; empty: it is ours.</summary>
    public string Root { get; set; } = "";

    /// <summary>The last of what the daemon said, for messages.</summary>
    public string Logs => string.Join('\n', new[] { "pharos.log", "daemon.log" }
        .Select(f => Path.Combine(Root + Home, f)).Where(File.Exists).Select(f => $"-- {f}\n{string.Join('\n', File.ReadAllLines(f).TakeLast(LogLinesShown))}"));

    /// <summary>Writes an executable shell script into the folder.</summary>
    public string Script(string name, string body)
    {
        var path = _folder.Write(name, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Runs a command to its end.</summary>
    public Task<Run> RunAsync(params string[] args) => Enter.Length == 0 ? RunAsync(Program, args) : RunAsync(Enter[0], [.. Enter[1..], Program, .. args]);

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<Run> OkAsync(params string[] args)
    {
        var run = await RunAsync(args);
        Assert.True(run.ExitCode == 0, $"{run}\n{Logs}");
        return run;
    }

    /// <summary>Runs any program in the environment of this home.</summary>
    public async Task<Run> RunAsync(string program, IEnumerable<string> args)
    {
        using var process = Start(program, [.. args]);
        var (read, readErrors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            Sys.Signal(process.Id, Sys.SigKill);
            throw new TimeoutException($"did not end within {Patience.TotalSeconds} s: {Typed(process)}\n{Logs}", e);
        }

        return new Run(Typed(process), process.ExitCode, await read, await readErrors);
    }

    /// <summary>Starts a program with its streams redirected; the caller ends it.</summary>
    public Process Start(string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args)
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Asks the control socket.</summary>
    public async Task<string> GetAsync(string path) => await _api.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>Follows a stream of the control socket.</summary>
    public async Task<Followed> FollowAsync(string path) => new(new StreamReader(await _api.GetStreamAsync(new Uri(path, UriKind.Relative))));

    /// <summary>Orders something over the control socket.</summary>
    public async Task<(System.Net.HttpStatusCode Status, string Body)> PostAsync(string path, HttpContent body)
    {
        using var answer = await _api.PostAsync(new Uri(path, UriKind.Relative), body);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>All instances, or those of an app.</summary>
    public async Task<IReadOnlyList<Instance>> InstancesAsync(string app = "all") =>
        JsonSerializer.Deserialize<Instance[]>(await GetAsync($"/v1/instances?app={app}"), Web)!;

    /// <summary>The only instance of an app.</summary>
    public async Task<Instance> OneAsync(string app) => Assert.Single(await InstancesAsync(app));

    /// <summary>Waits until the only instance of an app is as wanted.</summary>
    public Task<Instance> UntilAsync(string app, Func<Instance, bool> wanted, string what, TimeSpan? deadline = null) => Eventually.Value(
        async () => await OneAsync(app) is var it && wanted(it) ? it : null,
        $"{app} {what}", deadline, () => $"{Logs}\n-- list\n{Shown(app)}");

    /// <summary>Waits until an app runs.</summary>
    public Task<Instance> RunningAsync(string app) => UntilAsync(app, it => it.IsRunning, "runs");

    /// <summary>Waits until a log file has a line that contains this.</summary>
    public Task LineAsync(string app, string text, bool stderr = false) => Eventually.True(
        async () => await OneAsync(app) is var it && LinesOf(stderr ? it.ErrLog : it.OutLog).Any(l => l.Contains(text, StringComparison.Ordinal)),
        $"{app} prints '{text}'", details: () => $"{Logs}\n-- list\n{Shown(app)}");

    /// <summary>Complete lines of a file; none when it is not there.</summary>
    public static IReadOnlyList<string> LinesOf(string file)
    {
        if (!File.Exists(file))
            return [];
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();
        return text.LastIndexOf('\n') is var end and >= 0 ? text[..end].Split('\n') : [];
    }

    /// <summary>Process id of the daemon that answers.</summary>
    public async Task<int> DaemonPidAsync()
    {
        using var daemon = JsonDocument.Parse(await GetAsync("/v1/daemon"));
        return daemon.RootElement.GetProperty("pid").GetInt32();
    }

    /// <summary>kill -9, and no daemon is left.</summary>
    public async Task KillDaemonAsync()
    {
        var pid = await DaemonPidAsync();
        Sys.Signal(pid, Sys.SigKill);
        await Eventually.True(() => !Processes.IsAlive(pid), "the daemon is gone");
    }

    /// <summary>Stops everything; a process or a spool file that is still there fails the test.</summary>
    public async ValueTask DisposeAsync()
    {
        var last = File.Exists(Path.Combine(Root + Home, "pharos.sock")) ? await RunAsync("kill") : null;
        _api.Dispose();
        List<string> left = [];
        try
        {
            await Eventually.True(() => Processes.Of(Folder).Count == 0, "everything ends with the daemon", EndPatience);
        }
        catch (EventuallyTimedOutException)
        {
            foreach (var pid in Processes.Of(Folder))
            {
                left.Add($"{pid} {Processes.CommandOf(pid)}");
                Sys.Signal(pid, Sys.SigKill);
            }

            await Eventually.True(() => Processes.Of(Folder).Count == 0, "what was left is gone");
        }

        left.AddRange(Directory.EnumerateFiles(Runtime, "*", SearchOption.AllDirectories));
        var said = left.Count == 0 ? "" : Logs;
        Directory.Delete(Runtime, recursive: true);
        _folder.Dispose();
        Assert.True(left.Count == 0, $"left behind: {string.Join(", ", left)}\n{last}\n{said}");
    }

    private string Shown(string app)
    {
        using var shown = Start(Program, "describe", app);
        return shown.StandardOutput.ReadToEnd();
    }

    private static string Typed(Process process) => $"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}";

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Root + Home, "pharos.sock")), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
