using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Instances;
using Pharos.Telemetry.Records;

namespace Pharos.Dashboards.Tests.Live;

/// <summary>
/// Fifty minutes of three hosts in which everything happens that a dashboard shows: a deploy, a crash loop, a leak, a probe that fails, an app that draws
/// its dependants along, runs of a job, and a supervisor that falls silent.
/// </summary>
internal sealed class SampleFleet
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(50);
    private static readonly TimeSpan Fine = TimeSpan.FromMinutes(15);
    private const long MiB = 1 << 20;

    private readonly DateTimeOffset _end;
    private readonly List<SampleInstance> _instances = [];
    private readonly Dictionary<string, (TelemetryResource Resource, int Desired, List<SampleInstance> Instances)> _apps = [];
    private readonly TelemetryResource _backup;
    private readonly JobTelemetry _job;
    private readonly SampleSupervisor _alpha;
    private readonly SampleSupervisor _beta;
    private readonly SampleSupervisor _gamma;
    private readonly List<(TimeSpan Ago, Action<DateTimeOffset> What)> _script = [];

    public SampleFleet(DateTimeOffset end)
    {
        _end = end;
        _alpha = new("alpha", end - Length);
        _beta = new("beta", end - Length);
        _gamma = new("gamma", end - Length);
        _backup = Resource("ops", "backup", "beta", null, null);
        _job = new(SampleInstance.Nanos(end - Length), SampleInstance.Nanos(end - Length));
        Web();
        Api();
        Worker();
        Others();
        _script.Sort((a, b) => b.Ago.CompareTo(a.Ago));
    }

    /// <summary>Rounds of points without end, oldest first: 30 s apart, in the last quarter of an hour and from then on 10 s, as the shipped default is.</summary>
    public IEnumerable<(DateTimeOffset Time, List<MetricBatch> Points)> Play()
    {
        var next = 0;
        for (var ago = Length; ;)
        {
            var step = ago > Fine ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(10);
            var now = _end - ago;
            for (; next < _script.Count && _script[next].Ago >= ago; next++)
                _script[next].What(now);
            if (ago <= TimeSpan.FromMinutes(1))
                SomeOfEverything(now);
            yield return (now, Round(now, step, ago));
            ago -= step;
        }
    }

    /// <summary>So that rates over the shortest window are not empty.</summary>
    private void SomeOfEverything(DateTimeOffset now)
    {
        Each("web", it =>
        {
            it.Lose(LogDropReasons.Level, 40);
            it.Lose(LogDropReasons.QueueFull, 3);
        });
        var mailer = _apps["mailer"].Instances[0];
        mailer.Stopped(ExitReason.StopRequested, 0.2);
        mailer.Exit(now, ExitReason.OomKill, Phase.Starting);
        mailer.Start(now, 5.5, RestartReason.Dependency);
        _apps["web"].Instances[0].Reloaded(done: true, 3);
        _apps["worker"].Instances[0].StartInVain(0.6);
        _job.Ran(RunOutcome.Success, TimeSpan.FromSeconds(18));
    }

    private List<MetricBatch> Round(DateTimeOffset now, TimeSpan step, TimeSpan ago)
    {
        List<MetricBatch> batches = [];
        foreach (var instance in _instances)
            instance.Tick(now, step, batches);
        foreach (var (resource, desired, instances) in _apps.Values)
        {
            var count = instances.Count(i => i.Phase is Phase.Running or Phase.Starting or Phase.Stopping);
            var app = new MetricBatch(resource);
            app.Points.Add(Number(InstanceMetrics.AppInstances, count, now));
            app.Points.Add(Number(InstanceMetrics.AppDesired, desired, now));
            batches.Add(app);
        }

        var job = new MetricBatch(_backup);
        _job.Collect(job.Points, SampleInstance.Nanos(now), ended: false);
        batches.Add(job);
        batches.Add(_alpha.Tick(now, step, _instances));
        batches.Add(_beta.Tick(now, step, []));
        if (ago > TimeSpan.FromMinutes(20))
            batches.Add(_gamma.Tick(now, step, []));
        return batches;
    }

    private void Web()
    {
        var old = Add("shop", "web", "alpha", 4, "2.3.1", requests: 22, probe: ProbeKind.Http);
        At(25, now =>
        {
            foreach (var it in old)
                it.Delete();
            var young = Add("shop", "web", "alpha", 4, "2.4.0", requests: 22, probe: ProbeKind.Http);
            foreach (var it in young)
                it.Start(now, 2.1);
        });
        At(24, _ => Each("web", it => it.Reloaded(done: true, 3.2)));
        At(23, _ => Each("web", it => it.Reloaded(done: true, 2.9)));
        At(10, _ => Each("web", it => (it.Failures, it.Errors) = (0.08, 0.4)));
        At(6, _ => _apps["web"].Instances[0].Reloaded(done: false, 31));
        At(5, _ => _apps["web"].Instances[0].Reloaded(done: false, 30));
    }

    private void Api()
    {
        var api = Add("shop", "api", "alpha", 3, "1.9.0", memoryLimit: 512 * MiB, probe: ProbeKind.Tcp);
        for (var ago = 49; ago >= 0; ago--)
        {
            var grown = (180 + (((49 - ago) % 24) * 14)) * MiB;
            At(ago, _ => api[2].Memory = grown);
        }

        foreach (var ago in new[] { 26, 2 })
        {
            At(ago, now =>
            {
                api[2].Stopped(ExitReason.MemoryLimit, 0.8);
                api[2].Exit(now, ExitReason.MemoryLimit, Phase.Starting);
                api[2].Start(now, 1.4, RestartReason.MemoryLimit);
                Each("mailer", it =>
                {
                    it.Stopped(ExitReason.StopRequested, 0.3);
                    it.Exit(now, ExitReason.StopRequested, Phase.Starting);
                    it.Start(now, 6.5, RestartReason.Dependency);
                });
            });
        }

        At(6, _ => api[1].Become(Phase.Running, Readiness.Unready));
    }

    private void Worker()
    {
        var worker = Add("shop", "worker", "alpha", 2, "0.7.2");
        for (var ago = 14.0; ago > 0.3; ago -= 0.7)
        {
            var (failed, minute) = (ago < 3.5, ago);
            At(minute, now =>
            {
                worker[0].Exit(now, ExitReason.ErrorCode, Phase.BackingOff, Math.Min(60, (15 - minute) * 4));
                worker[0].StartInVain(0.6);
                worker[0].Errors = 2;
                if (worker[1].Phase != Phase.Failed)
                    worker[1].Exit(now, minute > 9 ? ExitReason.ErrorCode : ExitReason.Signal, failed ? Phase.Failed : Phase.BackingOff, failed ? 0 : 20);
            });
            if (minute > 1)
            {
                At(minute - 0.35, now =>
                {
                    worker[0].Start(now, 0.4, RestartReason.Crash);
                    if (worker[1].Phase != Phase.Failed)
                        worker[1].Start(now, 0.5, RestartReason.Crash);
                });
            }
        }
    }

    private void Others()
    {
        var mailer = Add("shop", "mailer", "beta", 1, null);
        At(20, now =>
        {
            mailer[0].Exit(now, ExitReason.OomKill, Phase.Starting);
            mailer[0].Start(now, 7, RestartReason.Crash);
        });
        var cache = Add("ops", "cache", "beta", 2, "7.2");
        At(1, now => cache[1].Exit(now, ExitReason.Success, Phase.Stopped));
        At(0.5, _ => cache[1].Become(Phase.Starting, Readiness.NotReady));
        var gateway = Add("ops", "gateway", "beta", 2, "4.0.0");
        foreach (var ago in new[] { 12.0, 8.0, 0.4 })
        {
            At(ago, now =>
            {
                gateway[0].Stopped(ExitReason.StopTimeoutKill, 5.1);
                gateway[0].Exit(now, ExitReason.StopTimeoutKill, Phase.Starting);
                gateway[0].Start(now, 1.2, ago > 10 ? RestartReason.Manual : RestartReason.Deploy);
            });
        }

        At(0.3, _ => gateway[1].Become(Phase.Stopping, Readiness.NotReady));
        var report = Add("ops", "report", "beta", 1, "1.0.0", desired: 0);
        At(40, now => report[0].Exit(now, ExitReason.StopRequested, Phase.Stopped));
        for (var ago = 45; ago >= 0; ago -= 5)
        {
            var outcome = (ago / 5 % 4) switch { 0 => RunOutcome.Success, 1 => RunOutcome.Failure, 2 => RunOutcome.Success, _ => RunOutcome.Skipped };
            At(ago, _ => _job.Ran(outcome, outcome == RunOutcome.Skipped ? null : TimeSpan.FromSeconds(20 + (10 * (int)outcome))));
        }
    }

    private List<SampleInstance> Add(string space, string name, string host, int count, string? version, long? memoryLimit = null, double requests = 0, ProbeKind? probe = null, int? desired = null)
    {
        List<SampleInstance> made = [];
        for (var i = 0; i < count; i++)
        {
            var instance = new SampleInstance(Resource(space, name, host, version, i), _end - Length, memoryLimit)
            {
                Cores = 0.04 + (0.11 * (name.Length % 4)) + (0.02 * i),
                Memory = (50 + (17 * name.Length) + (5 * i)) * MiB,
                Requests = requests,
                Probe = probe,
            };
            instance.Start(_end - Length - TimeSpan.FromHours(7), 1.2 + (0.1 * i));
            made.Add(instance);
        }

        _instances.AddRange(made);
        _apps[name] = (Resource(space, name, host, version, null), desired ?? count, made);
        return made;
    }

    private void Each(string app, Action<SampleInstance> what) => _apps[app].Instances.ForEach(what);

    private void At(double minutesAgo, Action<DateTimeOffset> what) => _script.Add((TimeSpan.FromMinutes(minutesAgo), what));

    private static TelemetryResource Resource(string space, string name, string host, string? version, int? index)
    {
        List<(string, object)> attributes =
        [
            (AttributeNames.ServiceName, name), (AttributeNames.ServiceNamespace, space), (AttributeNames.HostName, host), (AttributeNames.OsType, "linux"),
            (AttributeNames.DeploymentEnvironmentName, space == "shop" ? "production" : "staging"),
        ];
        if (version is not null)
            attributes.Add((AttributeNames.ServiceVersion, version));
        if (index is { } i)
            attributes.AddRange([(AttributeNames.ServiceInstanceId, new Guid(i, (short)name.Length, (short)name[0], 1, 2, 3, 4, 5, 6, 7, 8).ToString()), (AttributeNames.InstanceIndex, (long)i)]);
        return new([.. attributes]);
    }

    internal static MetricPoint Number(MetricDefinition metric, double value, DateTimeOffset now, string? attribute = null, DateTimeOffset since = default) => new()
    {
        Metric = metric,
        Attribute1 = attribute,
        Long = metric.IsDouble ? 0 : (long)value,
        Double = metric.IsDouble ? value : 0,
        StartUnixNanos = SampleInstance.Nanos(since == default ? now : since),
        TimeUnixNanos = SampleInstance.Nanos(now),
    };
}
