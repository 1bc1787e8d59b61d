using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Telemetry.Catalogue;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Probes;

public sealed class ProbingTests : IAsyncLifetime
{
    private static readonly CommandResult Good = new(true, ""), Bad = new(false, "http 503");

    private readonly World _world = new();

    private static ProbeSpec Exec(string command = "ready") => new() { Kind = ProbeKind.Exec, Target = command, Interval = TimeSpan.FromSeconds(1) };

    private static AppSpec Probed => World.Spec() with { Ready = Exec() };

    [Fact]
    public async Task It_is_ready_when_its_probe_says_so_and_not_when_its_minimum_uptime_has_passed()
    {
        var actor = await _world.Running(Probed);
        await _world.TimePasses(() => _world.Commands.TimesAsked("ready") > 8, "it is asked");
        Assert.Equal((Phase.Starting, Readiness.NotReady), (actor.Snapshot.State.Phase, actor.Snapshot.State.Readiness));
        _world.Commands.Answers["ready"] = Good;
        await _world.TimePasses(() => actor.Snapshot.State is { Phase: Phase.Running, Readiness: Readiness.Ready }, "it is ready");
        var asked = _world.Commands.Asked.First();
        Assert.Equal(("/", "web"), (asked.Cwd, asked.Env["PHAROS_APP"]));
    }

    [Fact]
    public async Task One_that_answers_badly_runs_unready_is_not_restarted_and_comes_back()
    {
        var (_, _, events, leave) = _world.Supervisor.Events.Observe(() => 0);
        _world.Commands.Answers["ready"] = Good;
        var actor = await _world.Running(Probed);
        await _world.TimePasses(() => actor.Snapshot.State.Readiness == Readiness.Ready, "it is ready");
        _world.Commands.Answers["ready"] = Bad;
        await _world.TimePasses(() => actor.Snapshot.State.Readiness == Readiness.Unready, "it is unready");
        Assert.Equal((Phase.Running, "http 503, 3 times in a row", 0L), (actor.Snapshot.State.Phase, actor.Snapshot.State.ReadinessReason, actor.Snapshot.Restarts));
        Assert.Single(_world.Host.Spawned);
        Assert.Equal(0, ReadyMetric());
        _world.Commands.Answers["ready"] = Good;
        await _world.TimePasses(() => actor.Snapshot.State.Readiness == Readiness.Ready, "it is ready again");
        Assert.Null(actor.Snapshot.State.ReadinessReason);
        Assert.Equal(1, ReadyMetric());
        leave.Dispose();
        List<string> names = [];
        while (events.TryRead(out var change))
            names.Add(change.Name);
        Assert.Equal([EventNames.Started, EventNames.Ready, EventNames.Unready, EventNames.Ready], names.Where(n => n != "pharos.instance.state"));
        Assert.Contains(_world.Said, s => s == "web:0 is not ready: http 503, 3 times in a row");
    }

    [Fact]
    public async Task One_that_never_answers_well_runs_unready_when_its_start_period_is_over()
    {
        _world.Commands.Answers["ready"] = Bad;
        var actor = await _world.Running(Probed);
        var began = _world.Time.GetTimestamp();
        await _world.TimePasses(() => actor.Snapshot.State.Phase == Phase.Running, "its start period is over");
        Assert.Equal(Readiness.Unready, actor.Snapshot.State.Readiness);
        Assert.True(_world.Time.GetElapsedTime(began) >= TimeSpan.FromSeconds(10));
        Assert.Single(_world.Host.Alive);
    }

    [Fact]
    public async Task A_liveness_failure_restarts_it_with_reason_probe_and_the_new_one_is_asked_anew()
    {
        _world.Commands.Answers["live"] = Good;
        var actor = await _world.Running(World.Spec() with { Live = Exec("live") });
        await _world.TimePasses(() => actor.Snapshot.State.Phase == Phase.Running && _world.Commands.TimesAsked("live") > 1, "it lives");
        _world.Commands.Answers["live"] = Bad;
        await _world.TimePasses(() => actor.Snapshot.State.Incarnation == 2 && actor.Snapshot.State.Alive, "it is restarted");
        Assert.Equal((RestartReason.Probe, ExitReason.ProbeFailed), (actor.Snapshot.LastRestart, actor.Snapshot.LastExit!.Reason));
        Assert.Equal(1, actor.Telemetry.Restarts[(int)RestartReason.Probe]);
        _world.Commands.Answers["live"] = Good;
        var asked = _world.Commands.TimesAsked("live");
        await _world.TimePasses(() => _world.Commands.TimesAsked("live") > asked + 1, "the new one is asked");
        Assert.Equal(2, actor.Snapshot.State.Incarnation);
    }

    [Fact]
    public async Task One_that_is_sick_at_every_start_backs_off_and_is_given_up()
    {
        _world.Commands.Answers["live"] = Bad;
        var spec = World.Spec() with { Live = Exec("live") with { StartPeriod = TimeSpan.Zero, Failures = 1 } };
        var actor = await _world.Running(spec with { Policy = spec.Policy with { MaxCrashes = 3 } });
        await _world.TimePasses(() => actor.Snapshot.State.Phase == Phase.Failed, "it is given up");
        Assert.Equal(FailureReason.CrashLoop, actor.Snapshot.State.Failure);
    }

    [Fact]
    public async Task Nobody_asks_one_that_is_stopped()
    {
        _world.Commands.Answers["ready"] = Good;
        var actor = await _world.Running(Probed);
        await _world.TimePasses(() => actor.Snapshot.State.Readiness == Readiness.Ready, "it is ready");
        Assert.Null(await _world.Supervisor.StopAsync("web", default, CancellationToken.None));
        var asked = _world.Commands.TimesAsked("ready");
        _world.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(asked, _world.Commands.TimesAsked("ready"));
        Assert.Equal(Readiness.NotReady, actor.Snapshot.State.Readiness);
    }

    [Theory]
    [InlineData(true, Readiness.Ready)]
    [InlineData(false, Readiness.Unready)]
    public async Task The_next_daemon_goes_on_with_what_is_known_and_asks_again(bool good, Readiness known)
    {
        _world.Commands.Answers["ready"] = good ? Good : Bad;
        var actor = await _world.Running(Probed);
        await _world.TimePasses(() => actor.Snapshot.State.Readiness == known, "it is known");
        await _world.NextDaemon();
        await World.Reaches(_world.Actor(), Phase.Running);
        Assert.Equal(known, _world.Actor().Snapshot.State.Readiness);
        _world.Commands.Answers["ready"] = good ? Bad : Good;
        await _world.TimePasses(() => _world.Actor().Snapshot.State.Readiness == (good ? Readiness.Unready : Readiness.Ready), "it is asked again");
        Assert.Single(_world.Host.Spawned);
    }

    [Fact]
    public async Task Durations_are_counted_by_type_and_outcome()
    {
        _world.Commands.Answers["ready"] = Good;
        var actor = await _world.Running(Probed);
        await _world.TimePasses(() => actor.Snapshot.State.Readiness == Readiness.Ready, "it is ready");
        var point = _world.Metrics().SelectMany(b => b.Points).First(p => p.Metric == InstanceMetrics.ProbeDuration);
        Assert.Equal(("exec", "success"), (point.Attribute1, point.Attribute2));
    }

    [Fact]
    public async Task A_line_of_output_makes_it_ready()
    {
        var actor = await _world.Running(World.Spec() with { Ready = new ProbeSpec { Kind = ProbeKind.Log, Target = "^listening on [0-9]+" } });
        await File.AppendAllTextAsync(_world.Host.Spawned.First().StdoutPath, "starting\nlistening on 3000\n");
        await World.Reaches(actor, Phase.Running);
        Assert.Equal(Readiness.Ready, actor.Snapshot.State.Readiness);
    }

    [Fact]
    public async Task It_says_itself_that_it_is_ready_what_it_does_and_that_it_goes()
    {
        var actor = await _world.Running(World.Spec() with { Ready = new ProbeSpec { Kind = ProbeKind.Notify } });
        var env = _world.Host.Spawned.First().Env;
        Assert.Equal("/run/" + Assert.Single(_world.Notify.Open), env["NOTIFY_SOCKET"]);
        Assert.False(env.ContainsKey("WATCHDOG_USEC"));
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Phase.Starting, actor.Snapshot.State.Phase);
        _world.Notify.Say("READY=1\nSTATUS=serving 12 requests");
        await actor.WaitAsync(s => s.State is { Readiness: Readiness.Ready, Status: "serving 12 requests" }, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        _world.Notify.Say("STOPPING=1");
        await actor.WaitAsync(s => s.State is { Readiness: Readiness.Unready, ReadinessReason: "it said STOPPING=1" }, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task A_word_that_comes_before_the_spawn_returns_is_not_lost()
    {
        _world.Host.BeforeSpawnReturns = _ => _world.Notify.Say("READY=1");
        var actor = await _world.Running(World.Spec() with { Ready = new ProbeSpec { Kind = ProbeKind.Notify } });
        await World.Reaches(actor, Phase.Running);
    }

    [Fact]
    public async Task One_whose_watchdog_falls_silent_is_restarted()
    {
        var actor = await _world.Running(World.Spec() with { Live = new ProbeSpec { Kind = ProbeKind.Notify, Interval = TimeSpan.FromSeconds(2), StartPeriod = TimeSpan.FromSeconds(5) } });
        Assert.Equal("2000000", _world.Host.Spawned.First().Env["WATCHDOG_USEC"]);
        var steps = 0;
        await _world.TimePasses(
            () =>
            {
                _world.Notify.Say("WATCHDOG=1");
                return ++steps > 100;
            },
            "it speaks for ten seconds");
        Assert.Equal(1, actor.Snapshot.State.Incarnation);
        await _world.TimePasses(() => actor.Snapshot.State.Incarnation == 2, "it is restarted");
        Assert.Equal(RestartReason.Probe, actor.Snapshot.LastRestart);
        Assert.Contains(_world.Said, s => s == "web:0 is restarted, its liveness probe failed: no WATCHDOG=1 within 2 s");
    }

    [Fact]
    public async Task One_that_said_it_is_ready_while_no_daemon_listened_counts_as_ready()
    {
        await _world.Running(World.Spec() with { Ready = new ProbeSpec { Kind = ProbeKind.Notify } });
        await _world.NextDaemon();
        await World.Reaches(_world.Actor(), Phase.Running);
    }

    [Fact]
    public async Task A_Node_app_says_that_it_is_ready_and_one_that_is_out_of_hearing_counts_as_ready_and_shows_it()
    {
        var actor = await _world.Running(World.Spec() with { Ready = new ProbeSpec { Kind = ProbeKind.Ipc } });
        Assert.True(_world.Host.Spawned.First().NodeChannel);
        await Eventually.True(() => _world.Host.Only.Hears is not null, "it is listened to");
        _world.Host.Only.Hears!("{\"type\":\"something else\"}");
        Assert.Equal(Phase.Starting, actor.Snapshot.State.Phase);
        await _world.NextDaemon(() =>
        {
            _world.Host.Only.OutOfHearing = "the kernel's ptrace policy refuses to take it back";
            return Task.CompletedTask;
        });
        var it = await World.Reaches(_world.Actor(), Phase.Running);
        Assert.Equal((Readiness.Ready, "without its channel until the next restart: the kernel's ptrace policy refuses to take it back"), (it.State.Readiness, it.State.Status));
        Assert.Null(await _world.Supervisor.RestartAsync("web", default, CancellationToken.None));
        await Eventually.True(() => _world.Host.Alive.FirstOrDefault()?.Hears is not null, "the new one is listened to");
        _world.Host.Only.Hears!("\"ready\"");
        await World.Reaches(_world.Actor(), Phase.Running);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private long ReadyMetric() => _world.Metrics().SelectMany(b => b.Points).First(p => p.Metric == InstanceMetrics.Ready).Long;
}
