using System.Collections.Immutable;
using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Core.Specs.Logs;
using Pharos.Supervisor.Apply;
using Xunit;

namespace Pharos.Supervisor.Tests.Apply;

public sealed class ApplyPlanTests
{
    private static readonly AppSpec Web = new() { Name = "web", Script = "a.js", Cwd = "/srv", Instances = 2, Env = Env(("A", "1"), ("PATH", "/bin")), ShellEnv = ["PATH"], Source = "/f" };

    /// <summary>One change of each setting, and the name that the plan gives it.</summary>
    public static TheoryData<string, AppSpec> OneChangeEach() => new()
    {
        { "namespace", Web with { Namespace = "x" } },
        { "script", Web with { Script = "b.js" } },
        { "args", Web with { Args = ["x"] } },
        { "cwd", Web with { Cwd = "/" } },
        { "interpreter", Web with { Interpreter = "bun" } },
        { "interpreter_args", Web with { InterpreterArgs = ["x"] } },
        { "user", Web with { User = "u" } },
        { "group", Web with { Group = "g" } },
        { "umask", Web with { Umask = 18 } },
        { "nice", Web with { Nice = 1 } },
        { "limits", Web with { Limits = [new("core", 0, 0)] } },
        { "stdio", Web with { Stdio = StdioMode.Fifo } },
        { "version", Web with { Version = "2" } },
        { "otel.inject", Web with { InjectOtel = false } },
        { "instance_var", Web with { InstanceVar = "X" } },
        { "increment_var", Web with { IncrementVar = "A" } },
        { "autorestart", Web with { Policy = Web.Policy with { Mode = RestartMode.Never } } },
        { "stop_exit_codes", Web with { Policy = Web.Policy with { StopExitCodes = [0] } } },
        { "min_uptime", Web with { Policy = Web.Policy with { MinUptime = TimeSpan.FromDays(1) } } },
        { "restart_delay", Web with { Policy = Web.Policy with { RestartDelay = TimeSpan.FromDays(1) } } },
        { "exp_backoff_restart_delay", Web with { Policy = Web.Policy with { BackoffBase = TimeSpan.FromDays(1) } } },
        { "backoff_cap", Web with { Policy = Web.Policy with { BackoffCap = TimeSpan.FromDays(1) } } },
        { "max_restarts", Web with { Policy = Web.Policy with { MaxCrashes = 1 } } },
        { "crash_window", Web with { Policy = Web.Policy with { CrashWindow = TimeSpan.FromDays(1) } } },
        { "kill_timeout", Web with { Policy = Web.Policy with { Grace = TimeSpan.FromDays(1) } } },
        { "logs.rotate.size", Web with { Logs = new() { Rotation = new() { SizeBytes = 1 << 20 } } } },
        { "logs.time", Web with { Logs = new() { TimeFormat = "iso" } } },
        { "logs.sample.debug", Web with { Logs = new() { Samples = [new(LogLevel.Debug, 0.5)] } } },
        { "stop.signal", Web with { Policy = Web.Policy with { StopSignal = 15 } } },
        { "stdin", Web with { Stdin = true } },
        { "pid_file", Web with { PidFile = "/web.pid" } },
        { "settings", Web with { Policy = Web.Policy with { Jitter = 0.7 } } },
        { "env A", Web with { Env = Env(("A", "2"), ("PATH", "/bin")) } },
        { "env +B", Web with { Env = Env(("A", "1"), ("B", ""), ("PATH", "/bin")) } },
        { "env -A", Web with { Env = Env(("PATH", "/bin")) } },
        { "env PATH", Web with { Env = Env(("A", "1"), ("PATH", "/opt")), ShellEnv = [] } },
    };

    [Theory]
    [MemberData(nameof(OneChangeEach))]
    public void A_setting_that_differs_is_an_update_that_names_it(string expected, AppSpec wanted)
    {
        var change = Assert.Single(Plan([Web], [wanted]));
        Assert.Equal((ChangeKind.Update, expected), (change.Kind, string.Join(' ', change.Fields)));
    }

    [Fact]
    public void What_is_the_same_is_unchanged_whenever_and_from_whatever_shell_it_is_applied()
    {
        var again = Web with { CreatedAt = DateTimeOffset.UnixEpoch, Source = null, Env = Env(("A", "1"), ("PATH", "/elsewhere"), ("XDG_SESSION_ID", "7")), ShellEnv = ["PATH", "XDG_SESSION_ID"] };
        Assert.Equal(ChangeKind.Unchanged, Assert.Single(Plan([Web], [again])).Kind);
    }

    [Fact]
    public void Only_another_number_of_instances_is_a_scale_and_with_more_an_update()
    {
        var scale = Assert.Single(Plan([Web], [Web with { Instances = 5 }]));
        Assert.Equal((ChangeKind.Scale, 2, 5, 0), (scale.Kind, scale.From, scale.To, scale.Fields.Count));
        var update = Assert.Single(Plan([Web], [Web with { Instances = 1, Script = "b" }]));
        Assert.Equal((ChangeKind.Update, 2, 1), (update.Kind, update.From, update.To));
    }

    [Fact]
    public void What_is_gone_is_deleted_only_with_prune_and_only_of_the_same_source()
    {
        AppSpec[] current = [Web, Web with { Name = "theirs", Source = "/g" }, Web with { Name = "typed", Source = null }, Web with { Name = "gone" }, Web with { Name = "kept" }];
        Assert.Empty(Plan(current, []));
        Assert.Equal(["gone", "web"], Plan(current, [], prune: n => n != "kept").Select(c => c.Name));
        Assert.All(Plan(current, [], prune: _ => true), c => Assert.Equal((ChangeKind.Delete, 2, 0), (c.Kind, c.From, c.To)));
    }

    [Fact]
    public void A_new_app_is_created_and_the_plan_is_in_the_order_of_names() =>
        Assert.Equal(["api Create 0>2", "web Unchanged 2>2"], Plan([Web], [Web, Web with { Name = "api" }]).Select(c => $"{c.Name} {c.Kind} {c.From}>{c.To}"));

    [Theory]
    [InlineData(true, true, ChangeKind.Unchanged)]
    [InlineData(true, false, ChangeKind.Start)]
    [InlineData(false, false, ChangeKind.Unchanged)]
    public void What_does_not_run_is_started_only_when_asked(bool start, bool allUp, ChangeKind expected) =>
        Assert.Equal(expected, Assert.Single(ApplyPlan.Compute(new Dictionary<string, CurrentApp> { ["web"] = new(Web, allUp) }, [Web], "/f", start, null)).Kind);

    [Fact]
    public void An_app_keeps_the_time_when_it_was_first_declared() =>
        Assert.Equal(Web.CreatedAt, Assert.Single(Plan([Web], [Web with { Script = "b", CreatedAt = DateTimeOffset.UnixEpoch }])).Spec!.CreatedAt);

    private static IReadOnlyList<AppChange> Plan(AppSpec[] current, AppSpec[] wanted, Func<string, bool>? prune = null) =>
        ApplyPlan.Compute(current.ToDictionary(s => s.Name, s => new CurrentApp(s, AllUp: true)), wanted, "/f", start: false, prune);

    private static ImmutableSortedDictionary<string, string> Env(params (string Name, string Value)[] variables) =>
        variables.ToImmutableSortedDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
}
