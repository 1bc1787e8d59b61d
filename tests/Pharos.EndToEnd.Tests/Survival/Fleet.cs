using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Survival;

/// <summary>Twenty instances of every kind, none of which may notice what happens to its daemon.</summary>
internal sealed class Fleet(PharosCli pharos)
{
    public const int Writers = 5;
    private const int LinesPerSecond = 1000;
    private const int Sleepers = 8;

    private readonly string _starts = Path.Combine(pharos.Folder, "starts");
    private readonly Dictionary<(string App, int Index), Instance> _before = [];
    private Task<Run> _stop = Task.FromResult(new Run("", 0, "", ""));

    /// <summary>How often the crashing app was really started.</summary>
    public int CrasherStarts => File.ReadLines(_starts).Count();

    public async Task StartAsync()
    {
        File.WriteAllText(Path.Combine(pharos.Folder, "app.js"), "setInterval(() => {}, 1000);\n");
        File.WriteAllText(Path.Combine(pharos.Folder, "app.py"), "import time\nwhile True: time.sleep(1)\n");
        await pharos.OkAsync("start", "app.js", "--name", "node", "--min-uptime", "20ms");
        await pharos.OkAsync("start", "app.py", "--name", "python", "--min-uptime", "20ms");
        await pharos.OkAsync("start", pharos.Script("shell.sh", "while :; do sleep 1; done"), "--name", "shell", "--min-uptime", "20ms");
        await pharos.OkAsync("start", PharosCli.Fixture, "--name", "writer", "-i", $"{Writers}", "--min-uptime", "20ms", "--", "spews", "1000000000", $"{LinesPerSecond}");
        await pharos.OkAsync("start", PharosCli.Fixture, "--name", "sleeper", "-i", $"{Sleepers}", "--min-uptime", "20ms", "--", "stays-up");
        await pharos.OkAsync("start", PharosCli.Fixture, "--name", "starting", "--min-uptime", "1h", "--", "stays-up");
        await pharos.OkAsync("start", pharos.Script("crasher.sh", $"echo $$ >>{_starts}\nsleep 0.1\nexit 3"),
            "--name", "crasher", "--backoff", "100ms", "--backoff-cap", "400ms", "--max-crashes", "0");
        await pharos.OkAsync("start", pharos.Script("hopeless.sh", "echo no way\nexit 4"), "--name", "hopeless", "--max-crashes", "1", "--retry-failed", "1h");
        await pharos.OkAsync("start", pharos.Script("stubborn.sh", "trap 'echo stop signal' INT\necho ready\nwhile :; do sleep 0.2; done"), "--name", "stubborn", "--grace", "1h");
        await pharos.LineAsync("stubborn", "ready");
        await pharos.UntilAsync("hopeless", it => it is { State: "failed", LastExit.LastLines.Count: > 0 }, "is given up");
        _stop = pharos.RunAsync("stop", "stubborn");
        await pharos.UntilAsync("stubborn", it => it.State == "stopping", "is stopping");
        await pharos.LineAsync("stubborn", "stop signal");
        await Eventually.True(async () => (await pharos.InstancesAsync()).Count(it => it.IsRunning) >= 16, "all run", details: () => pharos.Logs);
        foreach (var it in await pharos.InstancesAsync())
            _before[(it.App, it.Index)] = it;
        Assert.Equal(20, _before.Count);
    }

    /// <summary>Every process is the one it was, in the state it was in, and nothing was restarted but what crashes.</summary>
    /// <param name="now">What the daemon says.</param>
    /// <param name="when">For messages.</param>
    public void IsUnharmed(IReadOnlyList<Instance> now, string when)
    {
        Assert.Equal(_before.Keys.Order(), now.Select(it => (it.App, it.Index)).Order());
        foreach (var it in now.Where(it => it.App != "crasher"))
        {
            var was = _before[(it.App, it.Index)];
            Check.That((was.Pid, was.State, was.Incarnation, was.Restarts, was.Failure) == (it.Pid, it.State, it.Incarnation, it.Restarts, it.Failure),
                () => $"{when}: {was} became {it}\n{pharos.Logs}");
            Check.That(it.Pid is not { } pid || Processes.IsAlive(pid), () => $"{when}: {it} does not live\n{pharos.Logs}");
        }

        var hopeless = now.Single(it => it.App == "hopeless").LastExit!;
        Assert.Equal(("error_code", 4, "no way"), (hopeless.Reason, hopeless.Code, string.Join(",", hopeless.LastLines)));
    }

    /// <summary>Whatever the test came to: who ignores the stop signal for an hour must not be waited for.</summary>
    public void Release()
    {
        if (_before.TryGetValue(("stubborn", 0), out var stubborn) && Processes.IsAlive(stubborn.Pid!.Value))
            Sys.Signal(stubborn.Pid.Value, Sys.SigKill);
    }

    /// <summary>The end of the test: what was written is in the files, once and in order, and the stop that was under way all the time comes to its end.</summary>
    public async Task<(long Lines, Instance Crasher)> EndAsync()
    {
        await pharos.OkAsync("stop", "writer", "crasher");
        var lines = 0L;
        foreach (var writer in await pharos.InstancesAsync("writer"))
        {
            var expected = 0L;
            foreach (var line in PharosCli.LinesOf(writer.OutLog))
                Check.That(line == $"line {++expected}", () => $"writer:{writer.Index}: '{line}' where line {expected} belongs\n{pharos.Logs}");
            lines += expected;
        }

        var stubborn = await pharos.OneAsync("stubborn");
        Assert.Single(PharosCli.LinesOf(stubborn.OutLog), l => l == "stop signal");
        Sys.Signal(stubborn.Pid!.Value, Sys.SigKill);
        var stopped = await pharos.UntilAsync("stubborn", it => it.State == "stopped", "is stopped");
        Assert.Equal(("stop_requested", 0L), (stopped.LastExit!.Reason, stopped.Restarts));
        await _stop; // its connection was cut: whether it could ask again is not the point here
        return (lines, await pharos.OneAsync("crasher"));
    }
}
