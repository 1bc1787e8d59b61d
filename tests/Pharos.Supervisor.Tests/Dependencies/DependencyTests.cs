using System.Collections.Concurrent;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Dependencies;

public sealed class DependencyTests : IAsyncLifetime
{
    private static readonly CommandResult Good = new(true, ""), Bad = new(false, "http 503");

    private readonly World _world = new();

    private static ProbeSpec Probe(string command) => new() { Kind = ProbeKind.Exec, Target = command, Interval = TimeSpan.FromSeconds(1), Deadline = TimeSpan.FromSeconds(30) };

    private static AppSpec Db => World.Spec("db") with { Ready = Probe("db") };

    private static AppSpec Web => World.Spec() with { DependsOn = [new Dependency("db")] };

    [Fact]
    public async Task It_is_spawned_when_what_it_depends_on_is_ready_and_not_before()
    {
        _world.Commands.Answers["db"] = Bad;
        await _world.Running(Db);
        var declared = _world.Declare(Web);
        await Eventually.True(() => _world.Supervisor.Apps.ContainsKey("web"), "it is declared");
        await _world.Actor().WaitAsync(s => s.State.Awaiting, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal((Phase.Starting, "waits for db"), (_world.Actor().Snapshot.State.Phase, _world.Actor().Snapshot.State.ReadinessReason));
        Assert.Single(_world.Host.Spawned);
        _world.Commands.Answers["db"] = Good;
        await _world.TimePasses(() => declared.IsCompleted, "it starts");
        Assert.Null(await declared);
        Assert.Equal(["db", "web"], _world.Host.Spawned.Select(s => s.Key.App));
    }

    [Fact]
    public async Task What_it_depends_on_is_started_with_it()
    {
        _world.Commands.Answers["db"] = Good;
        await _world.Running(Db);
        Assert.Null(await _world.Supervisor.StopAsync("db", default, CancellationToken.None));
        var declared = _world.Declare(Web);
        await _world.TimePasses(() => declared.IsCompleted, "both start");
        Assert.Null(await declared);
        Assert.Equal(["db", "db", "web"], _world.Host.Spawned.Select(s => s.Key.App));
    }

    [Fact]
    public async Task One_that_never_gets_ready_fails_its_dependants_with_the_reason()
    {
        _world.Commands.Answers["db"] = Bad;
        await _world.Running(Db);
        var declared = _world.Declare(Web);
        await _world.TimePasses(() => declared.IsCompleted, "it gives up waiting", TimeSpan.FromSeconds(1));
        Assert.Equal("cannot start 'web:0': it depends on db:0, which did not get ready within 30 s (http 503, 3 times in a row)", (await declared)!.Line);
        var it = _world.Actor().Snapshot;
        Assert.Equal((Phase.Failed, FailureReason.DependencyFailed), (it.State.Phase, it.State.Failure));
        Assert.Equal(Phase.Running, _world.Actor("db").Snapshot.State.Phase);
        _world.Commands.Answers["db"] = Good; // and somebody tries again
        var again = _world.Supervisor.StartAsync("web", default, CancellationToken.None);
        await _world.TimePasses(() => again.IsCompleted, "it starts");
        Assert.Null(await again);
    }

    [Fact]
    public async Task One_that_was_given_up_fails_its_dependants_at_once()
    {
        var db = World.Spec("db");
        _world.Host.BeforeSpawnReturns = p => p.End(3);
        await _world.Declare(db with { Policy = db.Policy with { Mode = RestartMode.Never } });
        await World.Reaches(_world.Actor("db"), Phase.Failed);
        _world.Host.BeforeSpawnReturns = null;
        Assert.Equal("cannot start 'web:0': it depends on db:0, which failed: it ended with an error", (await _world.Declare(Web))!.Line);
    }

    [Fact]
    public async Task A_stop_while_it_waits_is_done_at_once()
    {
        _world.Commands.Answers["db"] = Bad;
        await _world.Running(Db);
        var declared = _world.Declare(Web);
        await Eventually.True(() => _world.Supervisor.Apps.ContainsKey("web") && _world.Actor().Snapshot.State.Awaiting, "it waits");
        Assert.Null(await _world.Supervisor.StopAsync("web", default, CancellationToken.None));
        Assert.Equal(Phase.Stopped, _world.Actor().Snapshot.State.Phase);
        Assert.Null(await declared);
        Assert.Single(_world.Host.Spawned);
    }

    [Fact]
    public async Task A_name_that_is_not_there_is_refused_and_nothing_is_declared()
    {
        Assert.StartsWith("cannot start 'web': depends_on 'db': there is no such app", (await _world.Declare(Web))!.Line, StringComparison.Ordinal);
        Assert.Empty(_world.Supervisor.Apps);
    }

    [Fact]
    public async Task Apps_of_one_file_start_in_order_whatever_their_order_in_the_file_and_stop_in_reverse()
    {
        AppSpec[] apps = [Web, Db with { DependsOn = [new Dependency("disk")] }, World.Spec("disk") with { Ready = Probe("disk") }];
        _world.Commands.Answers["db"] = Good;
        _world.Commands.Answers["disk"] = Good;
        var applied = _world.Supervisor.ApplyAsync(apps, "/f.yaml", start: true, prune: null, dryRun: false, default, CancellationToken.None);
        await _world.TimePasses(() => applied.IsCompleted, "all start");
        Assert.All(await applied, c => Assert.Null(c.Error));
        Assert.Equal(["disk", "db", "web"], _world.Host.Spawned.Select(s => s.Key.App));
        var ended = new ConcurrentQueue<string>();
        var (_, _, changes, leave) = _world.Supervisor.Events.Observe(() => 0);
        Assert.Null(await _world.Supervisor.StopAsync("all", default, CancellationToken.None));
        leave.Dispose();
        while (changes.TryRead(out var change))
        {
            if (change.Instance.State.Phase == Phase.Stopping && ended.LastOrDefault() != change.Instance.Key.App)
                ended.Enqueue(change.Instance.Key.App);
        }

        Assert.Equal(["web", "db", "disk"], ended);
    }

    [Fact]
    public async Task A_circle_in_a_file_is_told_and_nothing_of_it_is_started()
    {
        AppSpec[] apps = [Web, World.Spec("db") with { DependsOn = [new Dependency("web")] }];
        var changes = await _world.Supervisor.ApplyAsync(apps, "/f.yaml", start: true, prune: null, dryRun: false, default, CancellationToken.None);
        Assert.All(changes, c => Assert.Contains("goes in a circle", c.Error, StringComparison.Ordinal));
        Assert.Empty(_world.Supervisor.Apps);
    }

    [Fact]
    public async Task The_next_daemon_starts_them_in_order()
    {
        _world.Commands.Answers["db"] = Good;
        await _world.Running(Db);
        var declared = _world.Declare(Web);
        await _world.TimePasses(() => declared.IsCompleted, "both start");
        await _world.NextDaemon(() =>
        {
            foreach (var process in _world.Host.Alive)
                process.End(0);
            _world.BootId = "another"; // the machine was started anew
            return Task.CompletedTask;
        });
        await _world.TimePasses(() => _world.Host.Spawned.Count == 4, "both start again");
        Assert.Equal(["db", "web", "db", "web"], _world.Host.Spawned.Select(s => s.Key.App));
    }

    [Fact]
    public async Task Who_asks_for_it_is_restarted_when_somebody_restarts_what_it_depends_on_and_not_when_that_crashes()
    {
        _world.Commands.Answers["db"] = Good;
        await _world.Running(Db);
        var declared = _world.Declare(Web with { DependsOn = [new Dependency("db", Restart: true)] });
        await _world.TimePasses(() => declared.IsCompleted, "both start");
        _world.Host.Alive.Single(p => p.Key.App == "db").End(1);
        await _world.TimePasses(() => _world.Actor("db").Snapshot.State is { Incarnation: 2, Readiness: Readiness.Ready }, "the dependency is back");
        Assert.Equal(1, _world.Actor().Snapshot.State.Incarnation);
        Assert.Null(await _world.Supervisor.RestartAsync("db", default, CancellationToken.None));
        await _world.TimePasses(() => _world.Actor().Snapshot.State is { Incarnation: 2, Alive: true }, "the dependant is restarted");
        Assert.Equal(RestartReason.Dependency, _world.Actor().Snapshot.LastRestart);
    }

    [Fact]
    public async Task One_that_is_not_to_start_by_itself_waits_to_be_asked()
    {
        Assert.Null(await _world.Declare(World.Spec() with { Autostart = false }));
        Assert.Empty(_world.Host.Spawned);
        Assert.Null(await _world.Supervisor.StartAsync("web", default, CancellationToken.None));
        Assert.Single(_world.Host.Spawned);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _world.DisposeAsync();
}
