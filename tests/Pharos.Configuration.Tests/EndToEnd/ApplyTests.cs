using Pharos.TestKit;
using Xunit;

namespace Pharos.Configuration.Tests.EndToEnd;

public sealed class ApplyTests : IAsyncLifetime
{
    private const string Other = "- {name: other, script: sleep, args: 1000}\n";

    private readonly RealDaemon _daemon = new();

    [Fact]
    public void A_second_apply_changes_nothing_and_the_plan_comes_before_the_change()
    {
        const string file = Other + "- {name: web, script: sleep, args: [2000], instances: 2, env: {A: 1}}\n";
        Assert.Equal("other: create 0>1; web: create 0>2", _daemon.Apply(file));
        var before = _daemon.Pids();
        Assert.All(before.Values, pid => Assert.NotNull(pid));

        Assert.Equal("", _daemon.Apply(file));
        Assert.Equal(before, _daemon.Pids());

        var shown = _daemon.Run("apply", "pharos.yaml").Out;
        Assert.StartsWith($"plan for {_daemon.Folder.Path}/pharos.yaml\n  = other  unchanged\n  = web    unchanged\nnothing to change: 2 apps are as the file says\n", shown, StringComparison.Ordinal);
        Assert.Equal(before, _daemon.Pids());
    }

    [Fact]
    public async Task Each_change_does_what_the_plan_said_and_leaves_the_others_alone()
    {
        Directory.CreateDirectory(_daemon.Folder.Path + "/sub");
        var web = "- {name: web, script: sleep, args: 2000, env: {KEEP: 1, GONE: hunter2}}\n";
        _daemon.Apply(Other + web);
        var first = _daemon.Pids();

        // script
        web = web.Replace("script: sleep", "script: /bin/sleep", StringComparison.Ordinal);
        Assert.Equal("web: update script", _daemon.Apply(Other + web));
        var second = _daemon.Pids();
        Assert.NotEqual(first["web:0"], second["web:0"]);

        // cwd
        web = web.Replace("name: web", "name: web, cwd: sub", StringComparison.Ordinal);
        Assert.Equal("web: update cwd", _daemon.Apply(Other + web));
        var third = _daemon.Pids();
        Assert.NotEqual(second["web:0"], third["web:0"]);
        Assert.Equal(_daemon.Folder.Path + "/sub", new FileInfo($"/proc/{third["web:0"]}/cwd").LinkTarget);

        // a variable that is gone from the file is gone from the app
        Assert.Contains("GONE=hunter2", Environ(third["web:0"]));
        web = web.Replace(", GONE: hunter2", "", StringComparison.Ordinal);
        _daemon.Folder.Write("pharos.yaml", Other + web);
        var plan = _daemon.Run("apply", "pharos.yaml", "--dry-run");
        Assert.Equal((0, $"plan for {_daemon.Folder.Path}/pharos.yaml\n  = other  unchanged\n  ~ web    update env -GONE\n"), (plan.ExitCode, plan.Out));
        Assert.Equal(third, _daemon.Pids());
        Assert.Equal("web: update env -GONE", _daemon.Apply(Other + web));
        var fourth = _daemon.Pids();
        Assert.DoesNotContain("GONE=hunter2", Environ(fourth["web:0"]));
        Assert.Contains("KEEP=1", Environ(fourth["web:0"]));

        // a log path, in a folder that is not there yet
        web = web.Replace("script: /bin/sleep, args: 2000", "script: /bin/sh, args: [-c, 'echo hello; exec sleep 2000']", StringComparison.Ordinal);
        Assert.Equal("web: update script args", _daemon.Apply(Other + web));
        web = web.Replace("name: web", "name: web, out_file: ../logs/web/out.log", StringComparison.Ordinal);
        Assert.Equal("web: update out_file", _daemon.Apply(Other + web));
        await Eventually.True(() => File.Exists(_daemon.Folder.Path + "/logs/web/out.log") && File.ReadAllText(_daemon.Folder.Path + "/logs/web/out.log") == "hello\n", "its output is where it was asked to be");
        fourth = _daemon.Pids();

        Assert.Equal(first["other:0"], fourth["other:0"]);
        var it = Assert.Single(_daemon.Instances(), i => i.App == "web");
        Assert.Equal((5L, "deploy"), (it.Restarts, it.LastRestartReason));
    }

    [Fact]
    public void Scaling_adds_and_removes_the_highest_numbers_and_leaves_the_rest_alone()
    {
        static string Web(int n) => $"- {{name: web, script: sleep, args: 2000, instances: {n}, instance_var: SLOT, increment_var: PORT, env: {{PORT: 3000}}}}\n";
        _daemon.Apply(Other + Web(2));
        var two = _daemon.Pids();
        Assert.Contains("SLOT=1", Environ(two["web:1"]));
        Assert.Contains("PORT=3001", Environ(two["web:1"]));

        Assert.Equal("web: scale 2>4", _daemon.Apply(Other + Web(4)));
        var four = _daemon.Pids();
        Assert.Equal(two, four.Where(p => two.ContainsKey(p.Key)).ToDictionary());
        Assert.Contains("PORT=3003", Environ(four["web:3"]));

        Assert.Equal("web: scale 4>1", _daemon.Apply(Other + Web(1)));
        Assert.Equal(["other:0", "web:0"], _daemon.Pids().Keys.Order());
        Assert.Equal(two["web:0"], _daemon.Pids()["web:0"]);
        Assert.False(Directory.Exists($"/proc/{four["web:3"]}"), "what is scaled away is stopped");
    }

    [Fact]
    public void Prune_deletes_only_what_came_from_the_same_file()
    {
        _daemon.Run("start", "sleep", "--name", "mine", "--", "1000");
        _daemon.Folder.Write("second.json", "[{script: 'sleep', name: 'second', args: '1000'}]");
        Assert.Equal(0, _daemon.Run("start", "second.json").ExitCode);
        _daemon.Apply(Other + "- {name: web, script: sleep, args: 2000}\n");
        Assert.Equal("", _daemon.Apply(Other));
        Assert.Equal("web: delete 1>0", _daemon.Apply(Other, "--prune"));
        Assert.Equal(["mine:0", "other:0", "second:0"], _daemon.Pids().Keys.Order());
    }

    [Fact]
    public void What_cannot_be_started_is_reported_and_the_rest_converges()
    {
        _daemon.Folder.Write("pharos.yaml", Other + "- {name: broken, script: ./nope.sh}\n");
        var (exitCode, output, _) = _daemon.Run("apply", "pharos.yaml");
        Assert.Equal(1, exitCode);
        Assert.Contains("+ broken  create, 1 instance  failed: script not found", output, StringComparison.Ordinal);
        Assert.NotNull(_daemon.Pids()["other:0"]);
    }

    [Fact]
    public void With_one_fault_nothing_starts()
    {
        _daemon.Folder.Write("pharos.yaml", Other + "- {name: web, script: sleep, instances: many}\n");
        var (exitCode, output, error) = _daemon.Run("apply", "pharos.yaml");
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Equal("pharos.yaml:2: [1].instances: 'many' is not accepted; accepted: a whole number up to 10000, or max\n", error);
        Assert.Empty(_daemon.Instances());
    }

    [Fact]
    public void Apply_respects_a_stop_and_start_with_the_file_undoes_it()
    {
        _daemon.Apply(Other);
        _daemon.Run("stop", "other");
        Assert.Equal("", _daemon.Apply(Other));
        Assert.Null(_daemon.Pids()["other:0"]);
        Assert.Equal(0, _daemon.Run("start", "pharos.yaml").ExitCode);
        Assert.NotNull(_daemon.Pids()["other:0"]);
    }

    [Fact]
    public void A_stopped_app_takes_its_changes_and_stays_stopped_until_it_is_started()
    {
        _daemon.Apply(Other + "- {name: web, script: sleep, args: 2000, instances: 3, env: {A: 1}}\n");
        _daemon.Run("stop", "web");
        Assert.Equal("web: update env A 3>2", _daemon.Apply(Other + "- {name: web, script: sleep, args: 2000, instances: 2, env: {A: 2}}\n"));
        Assert.Equal([("web:0", null), ("web:1", null)], _daemon.Pids().Where(p => p.Key != "other:0").Select(p => (p.Key, p.Value)));
        Assert.All(_daemon.Instances().Where(i => i.App == "web"), i => Assert.Equal("stop_requested", i.LastExit?.Reason));
        _daemon.Run("start", "web");
        Assert.Contains("A=2", Environ(_daemon.Pids()["web:1"]));
    }

    [Fact]
    public void Only_and_a_profile_and_a_variable_of_the_line_reach_the_apps_that_are_meant()
    {
        const string file = Other + "- {name: web, script: sleep, args: 2000, env: {A: 1, B: 1}, env_prod: {A: 2}}\n";
        Assert.Equal("web: create 0>1", _daemon.Apply(file, "--only", "web", "--profile", "prod", "--env", "B=3"));
        var environ = Environ(_daemon.Pids()["web:0"]);
        Assert.Contains("A=2", environ);
        Assert.Contains("B=3", environ);
        Assert.Equal("web: update env A env B", _daemon.Apply(file, "--only", "web"));
    }

    [Fact]
    public void An_apply_outlives_the_daemon()
    {
        const string file = Other + "- {name: web, script: sleep, args: 2000, instances: 2, instance_var: SLOT}\n";
        _daemon.Apply(file);
        var before = _daemon.Pids();
        Assert.Equal(0, _daemon.Run("kill", "--keep-apps").ExitCode);
        Assert.Equal("", _daemon.Apply(file));
        Assert.Equal(before, _daemon.Pids());
        Assert.Equal("web: delete 2>0", _daemon.Apply(Other, "--prune"));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _daemon.DisposeAsync();

    private static string[] Environ(int? pid) => File.ReadAllText($"/proc/{pid}/environ").Split('\0');
}
