using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Telemetry.Instances;
using Pharos.Telemetry.Records;

namespace Pharos.Dashboards.Tests.Live;

/// <summary>One instance that lives through an hour in no time: the real counters of the supervisor, fed by hand.</summary>
internal sealed class SampleInstance
{
    private readonly DateTimeOffset _declared;
    private readonly InstanceTelemetry _telemetry;
    private ProcessSample _sample;
    private DateTimeOffset _started;
    private InstanceState _state = new();

    public SampleInstance(TelemetryResource resource, DateTimeOffset declared, long? memoryLimit = null)
    {
        _declared = declared;
        _telemetry = new InstanceTelemetry(resource, Nanos(declared)) { CreatedUnixNanos = Nanos(declared), MemoryLimitBytes = memoryLimit };
    }

    public Phase Phase => _state.Phase;

    /// <summary>Cores that it uses while it runs.</summary>
    public double Cores { get; init; } = 0.05;

    /// <summary>Resident memory now, bytes.</summary>
    public long Memory { get; set; } = 60L << 20;

    /// <summary>HTTP requests a second while it is ready.</summary>
    public double Requests { get; init; }

    /// <summary>Share of requests that fail.</summary>
    public double Failures { get; set; } = 0.002;

    /// <summary>Error lines a second.</summary>
    public double Errors { get; set; }

    /// <summary>How it is asked whether it is well; null: not at all.</summary>
    public ProbeKind? Probe { get; init; }

    public void Start(DateTimeOffset now, double secondsUntilReady, RestartReason? reason = null)
    {
        if (reason is { } why)
            _telemetry.Restarted(why);
        _started = now;
        _sample = default;
        _telemetry.Started(ready: true, secondsUntilReady);
        Become(Phase.Running, Readiness.Ready);
    }

    /// <summary>A start that comes to nothing.</summary>
    public void StartInVain(double seconds) => _telemetry.Started(ready: false, seconds);

    public void Exit(DateTimeOffset now, ExitReason reason, Phase then, double backoffSeconds = 0)
    {
        _telemetry.Exited(reason, (now - _started).TotalSeconds);
        _telemetry.ProcessGone();
        Become(then, Readiness.NotReady, backoffSeconds);
    }

    public void Stopped(ExitReason reason, double seconds) => _telemetry.Stopped(reason, seconds);

    public void Reloaded(bool done, double seconds)
    {
        _telemetry.Reloaded(done, seconds);
        _telemetry.Restarted(RestartReason.Reload);
    }

    public void Restarted(RestartReason reason) => _telemetry.Restarted(reason);

    public void Become(Phase phase, Readiness readiness, double backoffSeconds = 0)
    {
        _state = _state with { Phase = phase, Readiness = readiness, Backoff = TimeSpan.FromSeconds(backoffSeconds) };
        _telemetry.Now(_state);
    }

    /// <summary>Its series end.</summary>
    public void Delete() => _telemetry.Ended();

    public void Tick(DateTimeOffset now, TimeSpan step, List<MetricBatch> batches)
    {
        var seconds = step.TotalSeconds;
        if (_state.Phase is Phase.Running or Phase.Starting or Phase.Stopping)
            Live(now, seconds);
        _telemetry.Collect(batches, Nanos(now), final: true);
    }

    public static long Nanos(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;

    private void Live(DateTimeOffset now, double seconds)
    {
        _sample.CpuUserSeconds += seconds * Cores * 0.8;
        _sample.CpuSystemSeconds += seconds * Cores * 0.2;
        _sample.RssBytes = Memory;
        _sample.VirtualBytes = Memory * 4;
        _sample.TreeRssBytes = Memory + (4 << 20);
        _sample.TreeProcesses = 2;
        _sample.Threads = 11;
        _sample.FileDescriptors = 24 + (int)(Requests * 2);
        _sample.FileDescriptorLimit = 1024;
        _sample.VoluntarySwitches += (long)(seconds * 90);
        _sample.InvoluntarySwitches += (long)(seconds * 4);
        _sample.MinorFaults += (long)(seconds * 30);
        _sample.MajorFaults += (long)(seconds * 0.2);
        _sample.DiskReadBytes += (long)(seconds * 4096);
        _sample.DiskWriteBytes += (long)(seconds * 20_000);
        _telemetry.Sampled(_sample, Nanos(_started == default ? _declared : _started), Nanos(now));
        _telemetry.LogBytes(stderr: false, (long)(seconds * 900));
        _telemetry.LogBytes(stderr: true, (long)(seconds * (20 + (Errors * 120))));
        Lines(Severity.Info, seconds * 6);
        Lines(Severity.Warn, seconds * 0.3);
        Lines(Severity.Error, seconds * Errors);
        if (Probe is { } kind)
            _telemetry.Probed(kind, _state.Readiness == Readiness.Ready, _state.Readiness == Readiness.Ready ? 0.012 : 1.4);
        if (Requests > 0 && _state.Readiness == Readiness.Ready)
            _telemetry.Http.Take([Served(200, seconds * Requests * (1 - Failures - 0.05)), Served(404, seconds * Requests * 0.05), Served(500, seconds * Requests * Failures)], Nanos(now));
    }

    private void Lines(int severity, double count)
    {
        for (var i = 0; i < count; i++)
            _telemetry.LogLine(stderr: severity >= Severity.Error, severity);
    }

    public void Lose(string reason, long lines) => _telemetry.LogDropped(reason, lines);

    private static ServedRequests Served(int status, double count)
    {
        var n = (long)Math.Ceiling(count);
        var counts = new long[ServedRequests.Bounds.Length + 1];
        (counts[2], counts[5], counts[8]) = (n - (n / 5) - (n / 50), n / 5, n / 50);
        return new("GET", status, n * 0.04, [.. counts]);
    }
}
