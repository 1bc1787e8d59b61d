using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Operations;

public sealed class WatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    private readonly World _world = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Assert.Empty(_world.Host.Faults);
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task A_burst_of_changes_is_one_restart_after_the_last_of_them()
    {
        var actor = await Watched();
        _world.Files.Change("src/a.js");
        _world.Time.Advance(Delay - Instant);
        _world.Files.Change("src/b.js");
        _world.Files.Change("src/b.js");
        _world.Time.Advance(Delay - Instant);
        Assert.Equal(1, actor.Snapshot.State.Incarnation);
        _world.Time.Advance(Instant);
        await Incarnation(actor, 2);
        await Running(actor);
        Assert.Equal(RestartReason.Watch, actor.Snapshot.LastRestart);
        Assert.Equal(1, actor.Snapshot.Restarts);
        Assert.Contains("web is restarted: src/a.js and 1 more changed", _world.Said);
        Assert.Contains("web:0 restarts in 0 s, reason watch (src/a.js)", _world.Said);
    }

    [Fact]
    public async Task What_is_ignored_does_nothing()
    {
        var actor = await Watched(Spec() with { Watch = new WatchSpec { Paths = ["/app"], Ignore = ["*.md", "!node_modules/"] } });
        foreach (var path in (string[])["README.md", ".git/index", "a/b.js.swp", "x~", "app.pid", "__pycache__/m.pyc"])
            _world.Files.Change(path);
        _world.Time.Advance(Delay * 2);
        _world.Files.Change("node_modules/x.js"); // the app's own patterns come later, and so they win
        _world.Time.Advance(Delay);
        await Incarnation(actor, 2);
        Assert.Contains("web is restarted: node_modules/x.js changed", _world.Said);
        Assert.Single(_world.Said, line => line.Contains("is restarted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_own_logs_and_the_files_of_the_home_do_nothing()
    {
        var home = _world.Home.Path;
        Directory.CreateDirectory(home + "/app");
        await Watched(Spec() with { OutFile = home + "/app/out.log", Watch = new WatchSpec { Paths = [home] } });
        var order = Assert.Single(_world.Files.Orders);
        Assert.All(
            (string[])["logs/web-error-0.log", "state/state.1.json", "stdio/web-0.1.out", "pharos.log", "app/out.log", "app/out.log.1"],
            path => Assert.True(order.IsIgnored(new(home, path, IsFolder: false)), path));
        Assert.False(order.IsIgnored(new(home, "app/out.js", IsFolder: false)));
        Assert.False(order.IsIgnored(new(home, "", IsFolder: true)));
    }

    [Fact]
    public async Task A_stop_ends_the_watching_until_the_next_start()
    {
        var actor = await Watched();
        _world.Files.Change("late.js");
        Assert.Null(await _world.Supervisor.StopAsync("web", default, CancellationToken.None));
        await Eventually.True(() => _world.Files.Orders.Count == 0, "it is still watched");
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Phase.Stopped, actor.Snapshot.State.Phase);
        Assert.Null(await _world.Supervisor.StartAsync("web", default, CancellationToken.None));
        await Eventually.True(() => _world.Files.Orders.Count == 1, "it is not watched again");
    }

    [Fact]
    public async Task One_instance_that_is_stopped_stays_stopped_and_the_others_are_restarted()
    {
        await Watched(Spec(instances: 2));
        Assert.Null(await _world.Supervisor.StopAsync("web:0", default, CancellationToken.None));
        _world.Files.Change("a");
        _world.Time.Advance(Delay);
        await Incarnation(_world.Actor(index: 1), 2);
        Assert.Equal(Phase.Stopped, _world.Actor(index: 0).Snapshot.State.Phase);
    }

    [Fact]
    public async Task Instances_are_restarted_one_after_the_other_each_when_the_one_before_is_ready()
    {
        await Watched(Spec(instances: 3));
        var actors = Enumerable.Range(0, 3).Select(i => _world.Actor(index: i)).ToList();
        _world.Files.Change("a");
        _world.Time.Advance(Delay);
        foreach (var actor in actors)
        {
            await Incarnation(actor, 2);
            Assert.All(actors.Where(a => a != actor), a => Assert.Equal(Phase.Running, a.Snapshot.State.Phase));
            await Running(actor);
        }
    }

    [Fact]
    public async Task One_that_never_gets_ready_holds_the_others_up_for_its_patience_only()
    {
        await Watched(Spec(instances: 2) with { Policy = new RestartPolicy { Jitter = 0, MinUptime = TimeSpan.FromSeconds(1), RestartDelay = TimeSpan.FromMinutes(10) } });
        _world.Files.Change("a");
        _world.Time.Advance(Delay);
        var first = _world.Actor(index: 0);
        await Incarnation(first, 2);
        await World.Reaches(first, Phase.Starting);
        _world.Host.Alive.Single(p => p.Key.Index == 0).End(1); // it backs off for ten minutes
        await World.Reaches(first, Phase.BackingOff);
        Assert.Equal(1, _world.Actor(index: 1).Snapshot.State.Incarnation);
        await Eventually.True(
            () =>
            {
                _world.Time.Advance(TimeSpan.FromSeconds(1));
                return _world.Actor(index: 1).Snapshot.State.Incarnation == 2;
            },
            "the second one waits for ever");
        Assert.Equal(Phase.BackingOff, first.Snapshot.State.Phase);
    }

    [Fact]
    public async Task The_others_keep_the_old_files_when_the_first_is_given_up()
    {
        await Watched(Spec(instances: 2) with { Policy = new RestartPolicy { Jitter = 0, Mode = RestartMode.Never } });
        _world.Files.Change("a");
        _world.Time.Advance(Delay);
        var first = _world.Actor(index: 0);
        await Incarnation(first, 2);
        await World.Reaches(first, Phase.Starting);
        _world.Host.Alive.Single(p => p.Key.Index == 0).End(1);
        await Eventually.True(() => _world.Said.Any(l => l.StartsWith("web:0 was given up after the change", StringComparison.Ordinal)), "nothing is said");
        Assert.Equal(1, _world.Actor(index: 1).Snapshot.State.Incarnation);
    }

    [Fact]
    public async Task Changes_during_the_restarts_are_one_more_round_after_them()
    {
        await Watched(Spec(instances: 2));
        _world.Files.Change("a");
        _world.Time.Advance(Delay);
        await Incarnation(_world.Actor(index: 0), 2);
        _world.Files.Change("b");
        _world.Time.Advance(Delay); // the round goes on
        await Running(_world.Actor(index: 0));
        await Incarnation(_world.Actor(index: 1), 2);
        await Running(_world.Actor(index: 1));
        await Incarnation(_world.Actor(index: 0), 3);
        await Running(_world.Actor(index: 0));
        await Incarnation(_world.Actor(index: 1), 3);
        Assert.Contains("web is restarted: b changed", _world.Said);
    }

    [Fact]
    public async Task An_app_that_writes_its_own_files_is_told_what_to_ignore()
    {
        var actor = await Watched();
        for (var round = 2; round <= 8; round++)
        {
            _world.Files.Change("cache.json");
            _world.Time.Advance(Delay);
            await Incarnation(actor, round);
            await Running(actor);
            await Eventually.True(() => _world.Said.Count(l => l == "web is restarted: cache.json changed") == round - 1, "a round is missing");
        }

        Assert.Single(_world.Said, "web was restarted 5 times right after a restart: if it writes cache.json itself, add that to what watching ignores");
    }

    [Fact]
    public async Task What_cannot_be_watched_is_one_line_and_the_app_runs_on()
    {
        var actor = await Watched();
        Assert.Single(_world.Files.Orders).Lost("it has more folders");
        Assert.Contains("web is not watched: it has more folders", _world.Said);
        Assert.Equal(Phase.Running, actor.Snapshot.State.Phase);
    }

    [Fact]
    public async Task A_deleted_app_is_watched_no_more()
    {
        await Watched();
        Assert.Null(await _world.Supervisor.DeleteAsync("web", default, CancellationToken.None));
        await Eventually.True(() => _world.Files.Orders.Count == 0, "it is still watched");
    }

    [Fact]
    public async Task Its_span_names_the_file()
    {
        using var spans = new ActivityListener { ShouldListenTo = s => s.Name == "pharos", Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        var causes = new System.Collections.Concurrent.ConcurrentQueue<object?>();
        spans.ActivityStopped = a => causes.Enqueue(a.GetTagItem("pharos.restart.cause"));
        ActivitySource.AddActivityListener(spans);
        var actor = await Watched();
        _world.Files.Change("spanned.js");
        _world.Time.Advance(Delay);
        await Incarnation(actor, 2);
        await Running(actor);
        await Eventually.True(() => causes.Contains("spanned.js"), "no span names it");
    }

    private static AppSpec Spec(int instances = 1) => World.Spec(instances: instances) with { Watch = new WatchSpec { Paths = ["/app"], Delay = Delay } };

    private async Task<InstanceActor> Watched(AppSpec? spec = null)
    {
        spec ??= Spec();
        var first = await _world.Running(spec);
        foreach (var actor in _world.Supervisor.Apps["web"].Instances)
            await Running(actor);
        await Eventually.True(() => _world.Files.Orders.Count == 1, "it is not watched");
        return first;
    }

    private static Task<InstanceSnapshot> Incarnation(InstanceActor actor, int incarnation) =>
        actor.WaitAsync(s => s.State.Incarnation == incarnation, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);

    /// <summary>Ready comes with its minimum uptime, so the clock has to be moved once it has a process.</summary>
    private async Task Running(InstanceActor actor)
    {
        await actor.WaitAsync(s => s.State is { Phase: Phase.Starting or Phase.Running, Spawning: false }, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        await Eventually.True(
            () =>
            {
                _world.Time.Advance(TimeSpan.FromMilliseconds(100));
                return actor.Snapshot.State.Phase == Phase.Running;
            },
            "it does not get ready");
    }
}
