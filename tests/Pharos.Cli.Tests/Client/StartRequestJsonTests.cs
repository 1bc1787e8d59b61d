using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Pharos.Client.Wire;
using Pharos.Contracts;
using Xunit;

namespace Pharos.Cli.Tests.Client;

public sealed class StartRequestJsonTests
{
    [Fact]
    public void A_full_request_reads_back_the_same() => AssertReadsBack(new()
    {
        Script = "a.js",
        Name = "a",
        Namespace = "n",
        Args = ["--x", ""],
        Cwd = "/srv",
        Interpreter = "node",
        InterpreterArgs = ["--inspect"],
        Instances = 4,
        Env = new Dictionary<string, string> { ["A"] = "1", ["B"] = "" },
        ShellEnv = ["B"],
        User = "u",
        Group = "g",
        Umask = "022",
        Nice = -5,
        Limits = new Dictionary<string, string> { ["nofile"] = "1k:2k" },
        Stdio = "fifo",
        Restart = "never",
        StopExitCodes = [0, 143],
        MinUptime = "1s",
        RestartDelay = "2s",
        Backoff = "3s",
        BackoffCap = "4s",
        MaxCrashes = 0,
        CrashWindow = "5s",
        StopSignal = "SIGTERM",
        Grace = "6s",
        Version = "1.2",
        InstanceVar = "SLOT",
        IncrementVar = "PORT",
        InjectOtel = false,
        Ready = new() { Check = "http://a/", Status = "200", Body = "ok", Interval = "1s", Timeout = "2s", StartPeriod = "3s", Failures = 4, Successes = 5, Deadline = "6s" },
        Live = new() { Check = "notify" },
        DependsOn = [new() { App = "db", Condition = "started", Restart = true }, new() { App = "cache" }],
        Watch = new() { Paths = ["/src"], Ignore = ["*.tmp"], Delay = "1s" },
        Schedule = new() { Cron = "* * * * *", Zone = "UTC", Overlap = "allow", History = 3, Deadline = "1h" },
        Autostart = false,
        Logs = new Dictionary<string, string> { ["rotate.size"] = "20m", ["redact.patterns"] = "a\nb" },
        OutFile = "/o.log",
        ErrFile = "/e.log",
    });

    [Fact]
    public void A_bare_request_reads_back_the_same() => AssertReadsBack(new() { Script = "a", Cwd = "/" });

    [Fact]
    public void Any_text_reads_back_the_same_but_for_half_surrogate_pairs() =>
        Prop.ForAll<string?, string?, string?>((script, arg, value) =>
        {
            string[] texts = [script ?? "", arg ?? "", value ?? "", "\ud800", "\udc00x", "\0\u001f\u007f\u2028\"\\/", "😀"];
            foreach (var text in texts)
            {
                AssertReadsBack(new() { Script = text, Cwd = text, Args = texts, Env = new Dictionary<string, string> { [text] = text } });
            }
        }).QuickCheckThrowOnFailure();

    private static void AssertReadsBack(StartRequest request)
    {
        var back = JsonSerializer.Deserialize(StartRequestJson.Write(request), ContractsJson.Default.StartRequest)!;
        var expected = JsonSerializer.Serialize(Repaired(request), ContractsJson.Default.StartRequest);
        Assert.Equal(expected, JsonSerializer.Serialize(back, ContractsJson.Default.StartRequest));
        Assert.Equal(Repair(request.Script), back.Script);
    }

    private static StartRequest Repaired(StartRequest request) => request with
    {
        Script = Repair(request.Script),
        Cwd = Repair(request.Cwd),
        Args = [.. request.Args.Select(Repair)],
        Env = request.Env.ToDictionary(p => Repair(p.Key), p => Repair(p.Value)),
    };

    private static string Repair(string text) => string.Concat(text.EnumerateRunes().Select(r => r.ToString()));
}
