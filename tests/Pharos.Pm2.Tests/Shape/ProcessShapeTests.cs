using System.Text.Json.Nodes;
using Pharos.Contracts;
using Pharos.Pm2.Shape;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Pm2.Tests.Shape;

public sealed class ProcessShapeTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [Fact]
    public void A_process_of_the_face_has_its_options_its_environment_and_its_state() => Golden.Match(Show(Web(), mask: false));

    [Fact]
    public void An_app_of_another_command_is_shown_by_what_its_spec_says() =>
        Golden.Match(Show(Web() with { Annotations = new Dictionary<string, string>(), Env = null, Instances = [Web().Instances[0] with { State = "stopped", Pid = null, StartedAt = null }] }, mask: false));

    [Fact]
    public void What_is_printed_hides_the_values_of_secrets_and_shows_a_port()
    {
        var env = ProcessShape.Of(Web(), Web().Instances[0], mask: true)["pm2_env"]!;
        Assert.Equal("[redacted]", env["DB_PASSWORD"]!.GetValue<string>());
        Assert.Equal("[redacted]", env["env"]!["DB_PASSWORD"]!.GetValue<string>());
        Assert.Equal("13000", env["env"]!["APP_PORT"]!.GetValue<string>());
        Assert.DoesNotContain("s3cret", env.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("running", 7, "ready", null, false, "online")]
    [InlineData("starting", 7, "not_ready", null, false, "online")]
    [InlineData("starting", 7, "not_ready", null, true, "launching")]
    [InlineData("starting", null, "not_ready", null, false, "launching")]
    [InlineData("running", 7, "unready", null, true, "online")]
    [InlineData("stopping", 7, "ready", null, false, "stopping")]
    [InlineData("stopped", null, "not_ready", null, false, "stopped")]
    [InlineData("backing_off", null, "not_ready", null, false, "waiting restart")]
    [InlineData("failed", null, "not_ready", "crash_loop", false, "errored")]
    [InlineData("failed", null, "not_ready", "spawn_failed", false, "errored")]
    [InlineData("failed", null, "not_ready", "not_restarted", false, "stopped")]
    public void Every_state_has_a_word(string state, int? pid, string readiness, string? failure, bool waitReady, string word) =>
        Assert.Equal(word, StatusWord.Of(Web().Instances[0] with { State = state, Pid = pid, Readiness = readiness, Failure = failure }, waitReady));

    [Fact]
    public void Processes_come_in_the_order_of_their_numbers()
    {
        var web = Web();
        var second = web with { Name = "a", Instances = [web.Instances[0] with { Number = 0 }] };
        Assert.Equal([0, 3], ProcessShape.OfAll([web, second], mask: true).Select(p => p!["pm_id"]!.GetValue<int>()));
    }

    [Fact]
    public void A_dump_is_readable_by_its_owner_only_keeps_the_one_before_and_comes_back()
    {
        using var home = new TempHome();
        var path = home.File("dump.pm2");
        var entries = DumpFile.Of(ProcessShape.OfAll([Web()], mask: false));
        DumpFile.Write(path, []);
        DumpFile.Write(path, entries);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path + ".bak"));
        var read = Assert.Single(DumpFile.Read(path, out var fault)!);
        Assert.Null(fault);
        Assert.Equal("s3cret", read["env"]!["DB_PASSWORD"]!.GetValue<string>());
        Assert.False(read.ContainsKey("pm_id") || read.ContainsKey("instances"));
    }

    [Fact]
    public void A_broken_dump_gives_way_to_its_backup_with_a_line()
    {
        using var home = new TempHome();
        var path = home.Write("dump.pm2", "[{\"name\":");
        home.Write("dump.pm2.bak", """[{"name":"web"}]""");
        Assert.Equal("web", Assert.Single(DumpFile.Read(path, out var fault)!)["name"]!.GetValue<string>());
        Assert.Contains("dump.pm2 cannot be read", fault, StringComparison.Ordinal);
        Assert.Null(DumpFile.Read(home.File("nothing"), out _));
    }

    private static string Show(AppView app, bool mask) => NodeInspect.Write(new JsonArray(ProcessShape.Of(app, app.Instances[0], mask))) + "\n";

    private static AppView Web() => new()
    {
        Name = "web",
        Namespace = "default",
        Script = "index.js",
        Args = ["a", "b"],
        Cwd = "/srv/web",
        Interpreter = "/usr/bin/node",
        EnvNames = ["APP_PORT", "DB_PASSWORD"],
        Env = new Dictionary<string, string> { ["APP_PORT"] = "13000", ["DB_PASSWORD"] = "s3cret", ["name"] = "mine" },
        InstanceVar = "NODE_APP_INSTANCE",
        Annotations = new Dictionary<string, string>
        {
            ["pm2"] = """{"name":"my web","namespace":"default","username":"app","args":["a","b"],"node_args":["--harmony"],"exec_mode":"cluster_mode","pm_exec_path":"/srv/web/index.js","pm_cwd":"/srv/web","exec_interpreter":"node","instances":2,"watch":false,"autorestart":true,"vizion":true}""",
        },
        Stdio = "spool",
        RestartMode = "always",
        StopSignal = "SIGINT",
        GraceSeconds = 1.6,
        CreatedAt = Start,
        Credentials = new Dictionary<string, string> { ["user"] = "app" },
        Instances =
        [
            new InstanceView
            {
                App = "web",
                Index = 1,
                Number = 3,
                Namespace = "default",
                State = "running",
                Readiness = "ready",
                Pid = 4711,
                Incarnation = 2,
                Restarts = 5,
                Crashes = 1,
                StartedAt = Start.AddSeconds(5),
                CreatedAt = Start.AddSeconds(1),
                CpuPercent = 4.26,
                MemoryBytes = 50_130_944,
                InstanceId = "48f4cc9c-9e93-47c0-a382-6a95ad4f3b46",
                OutLog = "/home/app/.pm2/logs/web-out-3.log",
                ErrLog = "/home/app/.pm2/logs/web-error-3.log",
                PidFile = "/home/app/.pm2/pids/web-3.pid",
                LastExit = new ExitView { Reason = "error_code", Code = 1, At = Start.AddSeconds(4), UptimeSeconds = 3 },
            },
        ],
    };
}
