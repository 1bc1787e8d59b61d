using System.Collections.Concurrent;
using System.Diagnostics;
using Pharos.Core.Specs;
using Pharos.Telemetry;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Operations;

public sealed class JobTelemetryTests : IAsyncLifetime
{
    private readonly string _app = $"job-{Guid.NewGuid():n}"; // listeners are of the whole process
    private readonly World _world = new();
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public JobTelemetryTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == PharosActivity.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private AppSpec Spec => JobWorld.Job() with { Name = _app };

    [Fact]
    public async Task Each_run_is_a_trace_of_its_own_linked_to_the_one_before_and_its_process_joins_it()
    {
        var actor = await _world.Declared(Spec);
        _world.NextMinute();
        await actor.Runs(1);
        _world.Time.Advance(TimeSpan.FromSeconds(5)); // ready, and the run goes on
        await actor.WaitAsync(s => s.State.Phase == Core.Lifecycle.Phase.Running, CancellationToken.None).WaitAsync(Eventually.DefaultDeadline);
        Assert.Empty(Runs());
        _world.Host.Only.End(0);
        await actor.Rests();
        var first = await Run(1);
        Assert.Equal((default, ActivityStatusCode.Unset), (first.ParentSpanId, first.Status));
        Assert.Empty(first.Links);
        Assert.Equal((_app, "schedule", "2030-01-02T03:05:00Z", "success"), (first.GetTagItem("pharos.app.name"), first.GetTagItem("pharos.job.trigger"), first.GetTagItem("pharos.job.scheduled_time"), first.GetTagItem("pharos.exit.reason")));
        Assert.Equal(["resolve", "spawn"], StepsOf(first));
        var spawn = _spans.Single(s => s.ParentSpanId == first.SpanId && s.OperationName == "spawn");
        Assert.Equal($"00-{first.TraceId}-{spawn.SpanId}-01", _world.Host.Spawned.Single().Env["TRACEPARENT"]);

        var command = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        Assert.Null((await _world.Supervisor.RunAsync(_app, wait: false, command, CancellationToken.None)).Refused);
        _world.Host.Only.End(3);
        await actor.Rests();
        var second = await Run(2);
        Assert.Equal((default, ActivityStatusCode.Error), (second.ParentSpanId, second.Status));
        Assert.NotEqual(first.TraceId, second.TraceId);
        Assert.Equal([first.SpanId, command.SpanId], second.Links.Select(l => l.Context.SpanId));
        Assert.Equal(("manual", null, "error_code", "error_code"), (second.GetTagItem("pharos.job.trigger"), second.GetTagItem("pharos.job.scheduled_time"), second.GetTagItem("pharos.exit.reason"), second.GetTagItem("error.type")));
        Assert.DoesNotContain(_spans, s => s.OperationName == "pharos.instance.start" && (string?)s.GetTagItem("pharos.app.name") == _app);
    }

    [Fact]
    public async Task What_stops_a_run_is_a_step_of_it_and_a_deadline_is_its_error()
    {
        var actor = await _world.Declared(Spec with { Job = Spec.Job! with { Deadline = TimeSpan.FromSeconds(10) } });
        _world.NextMinute();
        await actor.Runs(1);
        var process = _world.Host.Only;
        _world.Host.Stubborn = true;
        _world.Time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.True(() => !process.Signals.IsEmpty, "it is asked to stop");
        _world.Time.Advance(TimeSpan.FromSeconds(5));
        await actor.Rests();
        var run = await Run(1);
        Assert.Equal(["resolve", "spawn", "signal", "drain", "kill"], StepsOf(run));
        Assert.Equal(("deadline", "stop_timeout_kill"), (run.GetTagItem("error.type"), run.GetTagItem("pharos.exit.reason")));
    }

    [Fact]
    public async Task Runs_are_counted_by_outcome_from_zero_on_over_daemons_and_their_series_end_with_the_app()
    {
        var actor = await _world.Declared(Spec);
        Assert.Equal([("success", 0L), ("failure", 0), ("skipped", 0), ("deadline", 0)], Counted());
        _world.NextMinute();
        await actor.Runs(1);
        _world.NextMinute();
        _world.Host.Only.End(1);
        await actor.Rests();
        Assert.Equal([("success", 0L), ("failure", 1), ("skipped", 1), ("deadline", 0)], Counted());
        var took = Assert.Single(_world.Metrics().SelectMany(b => b.Points), p => p.Metric.Name == "pharos.job.run.duration");
        Assert.Equal(("failure", 1L), (took.Attribute1, took.Histogram!.Count));
        Assert.InRange(took.Histogram.Sum, 60, 61);

        var since = Points().First().StartUnixNanos;
        await _world.NextDaemon();
        Assert.Equal([("success", 0L), ("failure", 1), ("skipped", 1), ("deadline", 0)], Counted());
        Assert.All(Points(), p => Assert.Equal(since, p.StartUnixNanos));
        Assert.DoesNotContain("service.instance.id", _world.Metrics().Single(b => b.Points.Exists(p => p.Metric.Name == "pharos.job.runs")).Resource.Attributes.Select(a => a.Key));

        await _world.Supervisor.DeleteAsync(_app, default, CancellationToken.None);
        Assert.All(Points(), p => Assert.True(p.NoRecordedValue));
        Assert.Empty(Points());
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _world.DisposeAsync();
        _listener.Dispose();
    }

    private List<Telemetry.Records.MetricPoint> Points() => [.. _world.Metrics().SelectMany(b => b.Points).Where(p => p.Metric.Name == "pharos.job.runs")];

    private IEnumerable<(string, long)> Counted() => Points().Select(p => (p.Attribute1!, p.Long));

    private List<Activity> Runs() => [.. _spans.Where(s => s.OperationName == "pharos.job.run" && (string?)s.GetTagItem("pharos.app.name") == _app)];

    private Task<Activity> Run(int number) => Eventually.Value(() => Runs().ElementAtOrDefault(number - 1), $"run {number} has ended");

    private IEnumerable<string> StepsOf(Activity operation) => _spans.Where(s => s.ParentSpanId == operation.SpanId).OrderBy(s => s.StartTimeUtc).Select(s => s.OperationName);
}
