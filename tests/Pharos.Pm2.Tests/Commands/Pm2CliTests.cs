using Pharos.Contracts;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Pm2.Tests.Commands;

public sealed class Pm2CliTests : IDisposable
{
    private readonly TempHome _folder = new();
    private readonly ScriptedHost _host;

    public Pm2CliTests() => _host = new(_folder.Path);

    [Fact]
    public void The_list_is_a_table() => Golden.Match(Shown("list", "--sort", "id"));

    [Fact]
    public void The_list_fits_a_narrow_terminal()
    {
        _host.Columns = 60;
        Golden.Match(Shown("list", "--no-color"));
    }

    [Fact]
    public void The_mini_list_is_blocks_of_lines() => Golden.Match(Shown("list", "-m"));

    [Fact]
    public void Describe_shows_everything_about_one() => Golden.Match(Shown("describe", "api 1"));

    [Fact]
    public void Help_names_every_command() => Golden.Match(Shown("--help"));

    [Theory]
    [InlineData(1, "[PM2][ERROR] Process or Namespace x not found", "restart", "x")]
    [InlineData(1, "[PM2][ERROR] 99 : id unknown", "stop", "99")]
    [InlineData(1, "[PM2][WARN] No process found", "delete", "/nothing/")]
    [InlineData(1, "[PM2][WARN] x doesn't exist", "describe", "x")]
    [InlineData(1, "[PM2][ERROR] Unknown process name", "reset", "x")]
    [InlineData(1, "[PM2][ERROR] Unknown process name", "sendSignal", "SIGUSR2", "x")]
    [InlineData(1, "[PM2][ERROR] Unknown signal: BAD", "sendSignal", "BAD", "web")]
    [InlineData(1, "[PM2][ERROR] Nothing to do", "scale", "web", "2")]
    [InlineData(1, "[PM2][ERROR] Application x not found", "scale", "x", "2")]
    [InlineData(1, "[PM2][ERROR] Process with ID <99> unknown.", "send", "99", "LINE")]
    [InlineData(1, "[PM2][ERROR] pm_id must be a process number (not a process name)", "attach", "web")]
    [InlineData(1, "[PM2][ERROR] Modules with id 99 not found", "env", "99")]
    [InlineData(1, "[PM2][ERROR] Using --env [env] without passing the ecosystem.config.js does not work", "restart", "web", "--env", "production")]
    [InlineData(1, "[PM2][ERROR] File nowhere.json not found", "start", "nowhere.json")]
    [InlineData(1, "[PM2][ERROR] Script not found: CWD/nowhere.js", "start", "nowhere.js")]
    [InlineData(1, "[PM2][ERROR] Command not found: enable-all", "enable-all")]
    [InlineData(1, "[PM2][ERROR] production environment is not defined in d.json file", "deploy", "d.json", "production")]
    public void A_refusal_has_PM2s_words_and_exit_code(int exitCode, string line, params string[] args)
    {
        _folder.Write("d.json", """{"apps": [], "deploy": {}}""");
        _host.Apps = [Web(), Api()];
        Assert.Equal(exitCode, Run(args));
        Assert.Contains(line + "\n", _host.Err);
        Assert.Empty(_host.Orders);
    }

    [Fact]
    public void Without_a_command_the_usage_is_shown_and_that_is_a_failure()
    {
        Assert.Equal(1, Run());
        Assert.Contains("usage: pm2 [options] <command>", _host.Out);
    }

    [Fact]
    public void Kill_without_a_daemon_is_what_was_wanted()
    {
        _host.Apps = null;
        Assert.Equal(0, Run("kill"));
        Assert.Contains("[PM2] [v] PM2 Daemon Stopped\n", _host.Out);
    }

    [Fact]
    public void An_action_tells_on_what_and_asks_for_a_whole_app_at_once()
    {
        _host.Apps = [Web(), Api()];
        Assert.Equal(0, Run("restart", "web"));
        Assert.Equal(["POST /v1/apps/web/restart"], _host.Orders);
        Assert.StartsWith("Use --update-env to update environment variables\n[PM2] Applying action restartProcessId on app [web](ids: [ 0, 1 ])\n[PM2] [web](0) ✓\n[PM2] [web](1) ✓\n", _host.Out);
    }

    [Fact]
    public void One_instance_of_several_is_asked_for_by_its_slot_and_everything_in_one_request()
    {
        _host.Apps = [Web(), Api()];
        Assert.Equal(0, Run("stop", "1"));
        Assert.Equal(0, Run("stop", "all"));
        Assert.Equal(["POST /v1/apps/web%3A1/stop", "POST /v1/apps/all/stop"], _host.Orders);
    }

    [Fact]
    public void Restarting_what_is_stopped_starts_it_and_is_no_restart()
    {
        _host.Apps = [Api() with { Instances = [Instance("api-1", 0, 2) with { State = "stopped", Pid = null }] }];
        Assert.Equal(0, Run("restart", "all"));
        Assert.Equal(["POST /v1/apps/all/start"], _host.Orders);
    }

    [Fact]
    public void Silence_is_complete_and_what_was_asked_for_is_printed_all_the_same()
    {
        _host.Environment["PM2_SILENT"] = "true";
        _host.Apps = [Web()];
        Assert.Equal(0, Run("restart", "web"));
        Assert.Equal(1, Run("restart", "x"));
        Assert.Equal("", _host.Out + _host.Err);
        Assert.Equal(0, Run("id", "web"));
        Assert.Equal("[ 0, 1 ]\n", _host.Out);
    }

    [Fact]
    public void A_script_is_declared_with_PM2s_defaults_and_the_shells_whole_environment()
    {
        _folder.Write("app.js", "");
        _host.Environment["FROM_SHELL"] = "yes";
        Assert.Equal(0, Run("start", "app.js", "--name", "my app", "--", "--flag"));
        Assert.Equal(["POST /v1/apps"], _host.Orders);
        var request = System.Text.Json.JsonSerializer.Deserialize(_host.Bodies[0], ContractsJson.Default.StartRequest)!;
        Assert.Equal("my-app", request.Name);
        Assert.Equal("node", request.Interpreter);
        Assert.Equal(["--flag"], request.Args);
        Assert.Equal("1600", request.Grace);
        Assert.Equal("SIGINT", request.StopSignal);
        Assert.Equal(16, request.MaxCrashes);
        Assert.Equal("yes", request.Env["FROM_SHELL"]);
        Assert.Equal("my app", request.Env["name"]);
        Assert.Equal("pm_id", request.NumberVar);
        Assert.EndsWith("/.pm2/logs/my-app-out.log", request.OutFile);
        Assert.EndsWith("/.pm2/pids/my-app-{number}.pid", request.PidFile);
    }

    [Fact]
    public void Values_that_were_set_are_kept_found_and_taken_away()
    {
        Assert.Equal(0, Run("set", "echo.probes", "true"));
        Assert.Equal(0, Run("multiset", "a 1 b:c 2"));
        Assert.Equal(0, Run("get", "echo.probes"));
        Assert.EndsWith("true\n", _host.Out);
        Assert.Equal(0, Run("unset", "echo.probes"));
        Assert.Equal("""{"echo":{},"a":"1","b":{"c":"2"}}""", Pharos.Pm2.Commands.ConfStore.Read(Path.Combine(_folder.Path, ".pm2", "module_conf.json")).ToJsonString());
    }

    [Fact]
    public void An_empty_list_is_not_saved_unless_forced()
    {
        Assert.Equal(0, Run("save"));
        Assert.Contains("[PM2][WARN] PM2 is not managing any process, skipping save...\n", _host.Err);
        Assert.False(File.Exists(Path.Combine(_folder.Path, ".pm2", "dump.pm2")));
        Assert.Equal(0, Run("save", "--force"));
        Assert.True(File.Exists(Path.Combine(_folder.Path, ".pm2", "dump.pm2")));
    }

    public void Dispose() => _folder.Dispose();

    private string Shown(params string[] args)
    {
        _host.Apps = [Web(), Api()];
        Assert.Equal(0, Run(args));
        return _host.Out;
    }

    private int Run(params string[] args) => Pm2Cli.Run(Pm2Program.Pm2, args, _host);

    private static AppView Web() => new()
    {
        Name = "web",
        Namespace = "default",
        Version = "1.2.3",
        Script = "/srv/web.js",
        Args = [],
        Cwd = "/srv",
        EnvNames = [],
        Stdio = "spool",
        RestartMode = "always",
        StopSignal = "SIGINT",
        GraceSeconds = 1.6,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Instances = [Instance("web", 0, 0), Instance("web", 1, 1)],
        Annotations = new Dictionary<string, string> { [Pm2Annotations.Options] = """{"name":"web","exec_mode":"cluster_mode","pm_exec_path":"/srv/web.js","version":"1.2.3","username":"tester","exec_interpreter":"node","node_args":[]}""" },
    };

    private static AppView Api() => Web() with
    {
        Name = "api-1",
        Watch = ["/srv"],
        Cron = "0 3 * * *",
        Instances = [Instance("api-1", 0, 2) with { State = "backing_off", Pid = null, Restarts = 7, CpuPercent = 12.34 }],
        Annotations = new Dictionary<string, string> { [Pm2Annotations.Options] = """{"name":"api 1","exec_mode":"fork_mode","pm_exec_path":"/srv/api.py","username":"tester","exec_interpreter":"python3","args":["--port","1"]}""" },
    };

    private static InstanceView Instance(string app, int index, int number) => new()
    {
        App = app,
        Index = index,
        Number = number,
        Namespace = "default",
        State = "running",
        Readiness = "ready",
        Pid = 4000 + number,
        Incarnation = 1,
        Restarts = 0,
        UptimeSeconds = 90,
        MemoryBytes = 43_000_000,
        CreatedAt = DateTimeOffset.UnixEpoch,
        InstanceId = "00000000-0000-5000-8000-000000000000",
        OutLog = $"/h/logs/{app}-out.log",
        ErrLog = $"/h/logs/{app}-error.log",
        PidFile = $"/h/pids/{app}-{number}.pid",
    };
}
