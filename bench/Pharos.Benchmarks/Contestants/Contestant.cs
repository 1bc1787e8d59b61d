using System.Diagnostics;
using Pharos.TestKit;

namespace Pharos.Benchmarks.Contestants;

/// <summary>One run of a command: its time, and the CPU time of its own process and of what it waited for.</summary>
internal readonly record struct CommandRun(double WallSeconds, double CpuSeconds, string Output);

/// <summary>A supervisor with a home of its own, away from the user's; ended with everything that it started.</summary>
internal abstract class Contestant : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly TempHome _home = new();
    private readonly Dictionary<string, string> _environment;
    private bool _isUp;

    /// <param name="name">How it is called in the figures.</param>
    /// <param name="program">Its command.</param>
    /// <param name="folder">A second folder of its own, deleted at the end.</param>
    /// <param name="more">Its environment, beside HOME and PATH.</param>
    protected Contestant(string name, string program, string folder, Dictionary<string, string> more)
    {
        Folder = folder;
        Name = name;
        Program = program;
        _environment = new Dictionary<string, string>(more)
        {
            ["HOME"] = _home.Path,
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
        };
    }

    public string Name { get; }

    /// <summary>Process id of its daemon; 0 before <see cref="Up"/>.</summary>
    public int DaemonPid { get; private set; }

    protected string Program { get; }

    /// <summary>Folder of this contestant.</summary>
    protected string Home => _home.Path;

    /// <summary>The other one.</summary>
    protected string Folder { get; }

    /// <summary>Starts its daemon, so that what follows does not measure that.</summary>
    public void Up()
    {
        _isUp = true;
        DaemonPid = StartDaemon();
    }

    /// <summary>Starts that many processes that only sleep, and waits until all are there.</summary>
    public CommandRun StartSleepers(int count)
    {
        var watch = Stopwatch.StartNew();
        var run = StartApp(new App("sleeper", "/bin/sleep", ["1000000"], count, new Dictionary<string, string>()));
        WaitFor(() => ProcessUse.ChildrenOf(DaemonPid).Count >= count, $"{count} processes");
        return run with { WallSeconds = watch.Elapsed.TotalSeconds };
    }

    /// <summary>Starts one app.</summary>
    public abstract CommandRun StartApp(App app);

    /// <summary>Stops and forgets all apps, and waits until their processes are gone.</summary>
    public void DeleteAll()
    {
        Delete();
        WaitFor(() => ProcessUse.ChildrenOf(DaemonPid).Count == 0, "the end of all processes");
    }

    /// <summary>Runs <c>list</c>.</summary>
    public abstract CommandRun List();

    /// <summary>Stops all apps, from the command to its end.</summary>
    public CommandRun StopAll() => Command("stop", "all");

    /// <summary>Runs a command of it.</summary>
    public CommandRun Run(params string[] arguments) => Command(arguments);

    /// <summary>The end of each of its log files, its own and its apps': why a run broke off.</summary>
    public string LastWords()
    {
        string[] folders = [Home, Folder];
        var logs = folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.log", SearchOption.AllDirectories));
        return string.Concat(logs.Select(log => $"{log}:\n  {string.Join("\n  ", File.ReadLines(log).TakeLast(8))}\n"));
    }

    /// <summary>Ends the apps, then the daemon; with SIGKILL what does not go by itself.</summary>
    public void Dispose()
    {
        if (_isUp)
            TakeDown();
        _isUp = false;
        _home.Dispose();
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    protected abstract int StartDaemon();

    protected abstract void Delete();

    protected abstract void StopDaemon();

    protected virtual CommandRun Command(params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(Program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Home };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        var cpu = ChildCpu.Seconds;
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var run = new CommandRun(watch.Elapsed.TotalSeconds, ChildCpu.Seconds - cpu, output);
        return process.ExitCode == 0 ? run
            : throw new CannotMeasureException($"{Name} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result.Trim()} {output.Trim()}");
    }

    /// <summary>Waits, or says what did not come.</summary>
    public static void WaitFor(Func<bool> isSo, string what, int pauseMilliseconds = 20)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            if (watch.Elapsed > Patience)
                throw new CannotMeasureException($"no {what} within {Patience.TotalSeconds:F0} s");
            Thread.Sleep(pauseMilliseconds);
        }
    }

    private void TakeDown()
    {
        var left = DaemonPid > 0 && Directory.Exists($"/proc/{DaemonPid}") ? ProcessUse.ChildrenOf(DaemonPid) : [];
        try
        {
            StopDaemon();
            WaitFor(() => !Directory.Exists($"/proc/{DaemonPid}"), "end of the daemon");
        }
        catch (CannotMeasureException e)
        {
            Console.Error.WriteLine($"bench: {e.Message}; killing it and its {left.Count} processes");
            foreach (var pid in left.Append(DaemonPid).Where(pid => pid > 0))
                Kill(pid);
        }
    }

    private static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // gone already, which is what is wanted
        }
    }
}

/// <summary>What to supervise.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Program">Absolute path of a program.</param>
/// <param name="Arguments">Arguments of the program.</param>
/// <param name="Instances">How many.</param>
/// <param name="Variables">Its environment, beside what every app gets.</param>
internal sealed record App(string Name, string Program, string[] Arguments, int Instances, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>Its program is a Node script whose processes share their port.</summary>
    public bool IsNodeCluster { get; init; }

    /// <summary>Its program is a Node script.</summary>
    public bool IsNodeScript { get; init; }

    /// <summary>It is restarted without a delay, however soon it ends.</summary>
    public bool IsRestartedAtOnce { get; init; }
}
