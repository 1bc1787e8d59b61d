using System.Collections.Concurrent;
using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Telemetry;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Actors;

public sealed class TracingTests : IAsyncLifetime
{
    private readonly string _app = $"traced-{Guid.NewGuid():n}"; // listeners are of the whole process
    private readonly World _world = new();
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public TracingTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == PharosActivity.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Fact]
    public async Task A_crash_restart_is_a_root_linked_to_the_operation_before_and_its_steps_are_named()
    {
        var command = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        Assert.Null(await _world.Supervisor.DeclareAsync(World.Spec(_app), command, CancellationToken.None));
        await BecomesReady(1);
        var start = await Operation("pharos.instance.start");
        Assert.Equal(command.SpanId, start.ParentSpanId);
        Assert.Equal(["resolve", "spawn", "wait-ready"], StepsOf(start));
        Assert.Equal(ActivityStatusCode.Unset, start.Status);

        _world.Host.Only.End(1); // a stable process: the next one follows at once
        await _world.Actor(_app).WaitAsync(s => s.State is { Incarnation: 2, Spawning: false }, CancellationToken.None);
        await BecomesReady(2);
        var restart = await Operation("pharos.instance.restart");
        Assert.Equal(default, restart.ParentSpanId);
        Assert.NotEqual(start.TraceId, restart.TraceId);
        Assert.Equal(start.SpanId, Assert.Single(restart.Links).Context.SpanId);
        Assert.Equal("crash", restart.GetTagItem("pharos.restart.reason"));
        Assert.Equal("error_code", restart.GetTagItem("pharos.exit.reason"));
        Assert.Equal(["resolve", "spawn", "wait-ready"], StepsOf(restart));
    }

    [Fact]
    public async Task A_start_that_ends_before_it_is_ready_is_an_error_and_the_wait_is_a_step()
    {
        Assert.Null(await _world.Declare(World.Spec(_app)));
        _world.Host.Only.End(1);
        await World.Reaches(_world.Actor(_app), Phase.BackingOff);
        var start = await Operation("pharos.instance.start");
        Assert.Equal(ActivityStatusCode.Error, start.Status);
        Assert.Equal("error_code", start.GetTagItem("error.type"));
        Assert.Null(await _world.Supervisor.StopAsync(_app, default, CancellationToken.None));
        Assert.Equal(["backoff"], StepsOf(await Operation("pharos.instance.restart")));
    }

    [Fact]
    public async Task A_stop_has_signal_and_drain_and_after_the_grace_kill()
    {
        Assert.Null(await _world.Declare(World.Spec(_app)));
        _world.Host.Stubborn = true;
        var process = _world.Host.Only;
        var stopped = _world.Supervisor.StopAsync(_app, default, CancellationToken.None);
        await Eventually.True(() => !process.Signals.IsEmpty, "the signal is sent");
        _world.Time.Advance(TimeSpan.FromSeconds(5));
        await stopped.WaitAsync(Eventually.DefaultDeadline);
        var stop = await Operation("pharos.instance.stop");
        Assert.Equal(["signal", "drain", "kill"], StepsOf(stop));
        Assert.Equal("stop_timeout_kill", stop.GetTagItem("error.type"));
    }

    [Fact]
    public async Task The_child_gets_its_name_the_destination_and_the_trace_of_its_start()
    {
        Assert.Null(await _world.Declare(World.Spec(_app)));
        var env = _world.Host.Spawned.Single().Env;
        Assert.Equal(_app, env["OTEL_SERVICE_NAME"]);
        Assert.Contains($"service.instance.id={_world.Actor(_app).Id}", env["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
        Assert.Equal("http://127.0.0.1:4318", env["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal((_app, "0"), (env["PHAROS_APP"], env["PHAROS_INSTANCE_INDEX"]));
        await BecomesReady(1);
        var start = await Operation("pharos.instance.start");
        var spawn = _spans.Single(s => s.ParentSpanId == start.SpanId && s.OperationName == "spawn");
        Assert.Equal($"00-{spawn.TraceId}-{spawn.SpanId}-01", env["TRACEPARENT"]);
    }

    [Fact]
    public async Task What_the_app_declares_itself_wins_and_nothing_is_injected_when_it_is_not_wanted()
    {
        var own = World.Spec(_app);
        Assert.Null(await _world.Declare(own with { Env = own.Env.Add("OTEL_SERVICE_NAME", "mine") }));
        Assert.Null(await _world.Declare(World.Spec(_app + "-plain") with { InjectOtel = false }));
        Assert.Equal("mine", _world.Host.Spawned.First().Env["OTEL_SERVICE_NAME"]);
        Assert.Equal(["PHAROS_APP", "PHAROS_INSTANCE_INDEX"], _world.Host.Spawned.Last().Env.Keys.Order());
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _world.DisposeAsync();
        _listener.Dispose();
    }

    private async Task BecomesReady(int incarnation)
    {
        var actor = _world.Actor(_app);
        await Eventually.True(
            () =>
            {
                _world.Time.Advance(TimeSpan.FromSeconds(1));
                return actor.Snapshot.State is { Phase: Phase.Running } s && s.Incarnation == incarnation;
            },
            "it is ready");
    }

    private Task<Activity> Operation(string name) =>
        Eventually.Value(() => _spans.FirstOrDefault(s => s.OperationName == name && (string?)s.GetTagItem("pharos.app.name") == _app), $"{name} has ended");

    private IEnumerable<string> StepsOf(Activity operation) => _spans.Where(s => s.ParentSpanId == operation.SpanId).OrderBy(s => s.StartTimeUtc).Select(s => s.OperationName);
}
