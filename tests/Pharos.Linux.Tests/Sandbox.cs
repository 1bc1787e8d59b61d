using System.Collections.Immutable;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Tests;

/// <summary>A process host, a directory, and the care that no child outlives the test.</summary>
internal sealed class Sandbox : IDisposable
{
    private readonly List<Child> _children = [];
    private int _number;

    internal Sandbox(ProcessHost? host = null) => Host = host ?? new ProcessHost();

    internal ProcessHost Host { get; }

    internal TempDir Dir { get; } = new();

    /// <summary>Path of the fixture program.</summary>
    internal static string Fixture => Path.Combine(AppContext.BaseDirectory, "pharos-fixture");

    /// <summary>A request to run a shell script.</summary>
    internal LaunchRequest Shell(string script, params string[] args) => Program("/bin/sh", ["sh", "-c", script, "sh", .. args]);

    /// <summary>A request to run a verb of the fixture.</summary>
    internal LaunchRequest Verb(params string[] args) => Program(Fixture, [Fixture, .. args]);

    internal LaunchRequest Program(string executable, ImmutableArray<string> argv)
    {
        var number = Interlocked.Increment(ref _number);
        return new LaunchRequest
        {
            Key = new InstanceKey("test", number),
            Incarnation = 1,
            Executable = executable,
            Argv = argv,
            Cwd = Dir.Root,
            Env = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin", ["DOTNET_ROOT"] = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "" },
            Marker = $"test-{Guid.NewGuid():N}",
            StdoutPath = Dir.At($"{number}.out"),
            StderrPath = Dir.At($"{number}.err"),
        };
    }

    internal Child Start(LaunchRequest request)
    {
        var exit = new TaskCompletionSource<ExitStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        var launched = Host.Spawn(request, status => exit.SetResult(status));
        Assert.True(launched.Value is not null, launched.Refused?.Message);
        var child = new Child(request, launched.Value, exit.Task);
        _children.Add(child);
        return child;
    }

    /// <summary>Runs to the end and returns what it wrote.</summary>
    internal string Output(LaunchRequest request)
    {
        var child = Start(request);
        var status = child.WaitForExit();
        Assert.True(status.Code == 0, $"{status}: {child.Output}{child.Errors}");
        return child.Output;
    }

    public void Dispose()
    {
        foreach (var child in _children)
        {
            child.Process.KillTree(TimeSpan.FromSeconds(5));
            child.WaitForExit();
            child.Process.Dispose();
        }

        Host.Dispose();
        Dir.Dispose();
    }
}

/// <summary>One started process.</summary>
internal sealed record Child(LaunchRequest Request, IHostedProcess Process, Task<ExitStatus> Exit)
{
    internal int Pid => Process.Identity.Pid;

    internal string Output => File.ReadAllText(Request.StdoutPath);

    internal string Errors => File.ReadAllText(Request.StderrPath);

    internal ExitStatus WaitForExit()
    {
        Eventually.True(() => Exit.IsCompleted, () => $"still running: {Output}{Errors}");
        return Exit.Result;
    }

    internal Child WaitForLine(string line)
    {
        Eventually.True(() => Output.Split('\n').Contains(line), () => $"no line '{line}' in: {Output}{Errors}");
        return this;
    }

    /// <summary>The number behind a word at the beginning of a line of its output.</summary>
    internal int Number(string word) => int.Parse(Output.Split('\n').Single(l => l.StartsWith(word + " ", StringComparison.Ordinal)).Split(' ')[1]);
}
