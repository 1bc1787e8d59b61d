using Pharos.Core;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using M = Pharos.Telemetry.Catalogue.InstanceMetrics;

namespace Pharos.Telemetry.Instances;

/// <summary>All numbers of one instance. Written by its actor, the sampler and the log pump; read by every exporter.</summary>
/// <remarks>Counters are there with 0 for every reason from the beginning: a series whose first sample is 1 has an increase of 0,
/// and the first crash would be invisible to an alert.</remarks>
public sealed class InstanceTelemetry : IMetricSource
{
    private static readonly string[] Bands = ["unspecified", "trace", "debug", "info", "warn", "error", "fatal"];

    private readonly long[] _restarts = new long[Words.RestartReasons.Count];
    private readonly long[] _exits = new long[Words.ExitReasons.Count];
    private readonly long[] _logBytes = new long[2];
    private readonly long[] _logRecords = new long[2 * 7];
    private readonly long[] _dropped = new long[LogDropReasons.All.Count];
    private readonly HistogramState _start = new(M.StartDuration);
    private readonly HistogramState _stop = new(M.StopDuration);
    private readonly HistogramState _run = new(M.RunDuration);
    private readonly HistogramState _reload = new(M.ReloadDuration);
    private readonly HistogramState _probe = new(M.ProbeDuration);
    private readonly object _sampleLock = new(); // guards the fields of the sample below
    private ProcessSample _sample;
    private long _processStartUnixNanos;
    private double _cpuPercent = double.NaN;
    private long _sampledAt;
    private bool _hasSample;
    private bool _endOwed;
    private bool _ended;
    private long _phaseAndReady;
    private long _backoffTicks;

    /// <param name="resource">Whose numbers.</param>
    /// <param name="countersSinceUnixNanos">Since when the persisted counters count.</param>
    public InstanceTelemetry(TelemetryResource resource, long countersSinceUnixNanos)
    {
        Resource = resource;
        CountersSinceUnixNanos = countersSinceUnixNanos;
    }

    /// <summary>Whose numbers.</summary>
    public TelemetryResource Resource { get; }

    /// <summary>Since when the persisted counters count, Unix nanoseconds.</summary>
    public long CountersSinceUnixNanos { get; }

    /// <summary>Since when histograms and log counters count, Unix nanoseconds.</summary>
    public required long CreatedUnixNanos { get; init; }

    /// <summary>Memory limit, bytes; null: none.</summary>
    public long? MemoryLimitBytes { get; set; }

    /// <summary>The HTTP requests that it answers.</summary>
    public ServedTraffic Http { get; } = new();

    /// <summary>What the app measures of itself.</summary>
    public AppNumbers App { get; } = new();

    /// <summary>Puts persisted counters back. Only before the first count.</summary>
    public void Restore(IEnumerable<KeyValuePair<RestartReason, long>> restarts, IEnumerable<KeyValuePair<ExitReason, long>> exits)
    {
        foreach (var (reason, count) in restarts)
            _restarts[(int)reason] = count;
        foreach (var (reason, count) in exits)
            _exits[(int)reason] = count;
    }

    /// <summary>Grows with every restart, end and duration.</summary>
    public long Happened => _restarts.Sum() + _exits.Sum() + _start.Count + _stop.Count + _run.Count;

    /// <summary>Grows with every line and byte of output.</summary>
    public long Printed => _logBytes.Sum() + _logRecords.Sum() + _dropped.Sum();

    /// <summary>What was counted besides restarts and exits, to be kept over daemon restarts.</summary>
    public SavedCounters Save() => new()
    {
        LogBytes = [.. _logBytes],
        LogRecords = [.. _logRecords],
        LogDropped = [.. _dropped],
        Durations = [.. _start.Save(), .. _stop.Save(), .. _run.Save(), .. _reload.Save(), .. _probe.Save(), .. Http.Save()],
    };

    /// <summary>Puts it back. Only before the first count. What the earlier daemon counted after it was saved is not in it, and nobody was shown it.</summary>
    public void Restore(SavedCounters saved)
    {
        Put(saved.LogBytes, _logBytes);
        Put(saved.LogRecords, _logRecords);
        Put(saved.LogDropped, _dropped);
        foreach (var series in saved.Durations)
        {
            _start.Restore(series);
            _stop.Restore(series);
            _run.Restore(series);
            _reload.Restore(series);
            _probe.Restore(series);
            Http.Restore(series);
        }

        static void Put(EquatableArray<long> from, long[] to)
        {
            for (var i = 0; i < Math.Min(from.Count, to.Length); i++)
                to[i] = from[i];
        }
    }

    /// <summary>Counts a restart.</summary>
    public void Restarted(RestartReason reason) => Interlocked.Increment(ref _restarts[(int)reason]);

    /// <summary>Counts an end.</summary>
    public void Exited(ExitReason reason, double uptimeSeconds)
    {
        Interlocked.Increment(ref _exits[(int)reason]);
        if (reason != ExitReason.SpawnFailed)
            _run.Record(Words.Of(reason), uptimeSeconds);
    }

    /// <summary>Counts a start that came to its end.</summary>
    public void Started(bool ready, double seconds) => _start.Record(ready ? "ready" : "failed", seconds);

    /// <summary>Counts a stop that came to its end.</summary>
    public void Stopped(ExitReason reason, double seconds) => _stop.Record(Words.Of(reason), seconds);

    /// <summary>Counts a reload that overlapped and came to its end.</summary>
    public void Reloaded(bool done, double seconds) => _reload.Record(done ? "success" : "failure", seconds);

    /// <summary>Counts an answer of a probe.</summary>
    /// <param name="kind">How it asked.</param>
    /// <param name="good">Whether the answer was good.</param>
    /// <param name="seconds">How long it took.</param>
    public void Probed(ProbeKind kind, bool good, double seconds) => _probe.Record(Words.Of(kind), seconds, good ? "success" : "failure");

    /// <summary>Counts output.</summary>
    /// <param name="stderr">Which stream.</param>
    /// <param name="bytes">Bytes read.</param>
    public void LogBytes(bool stderr, long bytes) => Interlocked.Add(ref _logBytes[stderr ? 1 : 0], bytes);

    /// <summary>Counts a line.</summary>
    /// <param name="stderr">Which stream.</param>
    /// <param name="severity">OTLP severity number.</param>
    public void LogLine(bool stderr, int severity)
    {
        var band = severity <= 0 ? 0 : Math.Min(((severity - 1) / 4) + 1, 6);
        Interlocked.Increment(ref _logRecords[(stderr ? 7 : 0) + band]);
    }

    /// <summary>Counts lines by band of severity.</summary>
    /// <param name="stderr">Which stream.</param>
    /// <param name="bands">How many of each band: unspecified, trace, debug, info, warn, error, fatal.</param>
    public void LogLines(bool stderr, ReadOnlySpan<int> bands)
    {
        for (var band = 0; band < bands.Length; band++)
        {
            if (bands[band] > 0)
                Interlocked.Add(ref _logRecords[(stderr ? 7 : 0) + band], bands[band]);
        }
    }

    /// <summary>Counts lines that were lost.</summary>
    /// <param name="reason">One of <see cref="LogDropReasons"/>.</param>
    /// <param name="count">How many.</param>
    public void LogDropped(string reason, long count = 1) => Interlocked.Add(ref _dropped[IndexOf(reason)], count);

    /// <summary>How many lines were lost for a reason.</summary>
    /// <param name="reason">One of <see cref="LogDropReasons"/>.</param>
    /// <returns>The count.</returns>
    public long DroppedBy(string reason) => Interlocked.Read(ref _dropped[IndexOf(reason)]);

    /// <summary>An earlier daemon counted at least so many.</summary>
    /// <param name="reason">One of <see cref="LogDropReasons"/>.</param>
    /// <param name="count">How many.</param>
    public void RestoreDropped(string reason, long count)
    {
        ref var dropped = ref _dropped[IndexOf(reason)];
        for (var now = Interlocked.Read(ref dropped); now < count;)
        {
            var seen = Interlocked.CompareExchange(ref dropped, count, now);
            if (seen == now)
                return;
            now = seen;
        }
    }

    private static int IndexOf(string reason)
    {
        for (var i = 0; i < LogDropReasons.All.Count; i++)
        {
            if (LogDropReasons.All[i] == reason)
                return i;
        }

        throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not in the closed set.");
    }

    /// <summary>The lifecycle moved.</summary>
    public void Now(InstanceState state)
    {
        Interlocked.Exchange(ref _phaseAndReady, ((long)state.Phase << 8) | (long)state.Readiness);
        Interlocked.Exchange(ref _backoffTicks, state.Phase == Phase.BackingOff ? state.Backoff.Ticks : 0);
    }

    /// <summary>A new sample of the running process.</summary>
    /// <param name="sample">What /proc said.</param>
    /// <param name="processStartUnixNanos">When the process started.</param>
    /// <param name="takenAt">Monotonic nanoseconds.</param>
    public void Sampled(in ProcessSample sample, long processStartUnixNanos, long takenAt)
    {
        lock (_sampleLock)
        {
            if (_hasSample && processStartUnixNanos == _processStartUnixNanos && takenAt > _sampledAt)
            {
                var used = sample.CpuUserSeconds + sample.CpuSystemSeconds - _sample.CpuUserSeconds - _sample.CpuSystemSeconds;
                _cpuPercent = Math.Max(0, used) * 1e11 / (takenAt - _sampledAt);
            }
            else
            {
                _cpuPercent = double.NaN;
            }

            _sample = sample;
            _processStartUnixNanos = processStartUnixNanos;
            _sampledAt = takenAt;
            _hasSample = true;
        }
    }

    /// <summary>The process is gone: its series end with the next push.</summary>
    public void ProcessGone()
    {
        App.ProcessGone();
        lock (_sampleLock)
        {
            _endOwed |= _hasSample;
            _hasSample = false;
            _cpuPercent = double.NaN;
        }
    }

    /// <summary>The instance is deleted: all its series end with the next push.</summary>
    public void Ended()
    {
        ProcessGone();
        _ended = true;
    }

    /// <summary>The newest sample.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="cpuPercent">CPU use, percent of one core; NaN before two samples.</param>
    /// <returns>False when no process was sampled.</returns>
    public bool TryGetSample(out ProcessSample sample, out double cpuPercent)
    {
        lock (_sampleLock)
        {
            sample = _sample;
            cpuPercent = _cpuPercent;
            return _hasSample;
        }
    }

    /// <summary>Restarts by reason.</summary>
    public IReadOnlyList<long> Restarts => _restarts;

    /// <summary>Exits by reason.</summary>
    public IReadOnlyList<long> Exits => _exits;

    /// <inheritdoc/>
    public void Collect(List<MetricBatch> batches, long nowUnixNanos, bool final)
    {
        var batch = new MetricBatch(Resource);
        var points = batch.Points;
        var since = new MetricPoint { Metric = M.Restarts, StartUnixNanos = CountersSinceUnixNanos, TimeUnixNanos = nowUnixNanos, NoRecordedValue = _ended };
        var made = since with { StartUnixNanos = CreatedUnixNanos };

        CollectSample(points, nowUnixNanos, final);
        App.Collect(points, nowUnixNanos, final);
        for (var i = 0; i < _restarts.Length; i++)
            points.Add(since with { Metric = M.Restarts, Attribute1 = Words.Of((RestartReason)i), Long = Interlocked.Read(ref _restarts[i]) });
        for (var i = 0; i < _exits.Length; i++)
            points.Add(since with { Metric = M.Exits, Attribute1 = Words.Of((ExitReason)i), Long = Interlocked.Read(ref _exits[i]) });

        var packed = Interlocked.Read(ref _phaseAndReady);
        foreach (var phase in Words.Phases)
            points.Add(made with { Metric = M.Status, Attribute1 = Words.Of(phase), Long = (long)phase == packed >> 8 ? 1 : 0 });
        points.Add(made with { Metric = M.Ready, Long = (packed & 0xFF) == (long)Readiness.Ready ? 1 : 0 });
        points.Add(made with { Metric = M.BackoffDelay, Double = TimeSpan.FromTicks(Interlocked.Read(ref _backoffTicks)).TotalSeconds });
        if (MemoryLimitBytes is { } limit)
            points.Add(made with { Metric = M.MemoryLimit, Long = limit });

        _start.Collect(points, made);
        _stop.Collect(points, made);
        _run.Collect(points, made);
        _reload.Collect(points, made);
        _probe.Collect(points, made);
        Http.Collect(points, made);
        for (var s = 0; s < 2; s++)
        {
            for (var band = 0; band < Bands.Length; band++)
                points.Add(made with { Metric = M.LogRecords, Attribute1 = s == 0 ? "stdout" : "stderr", Attribute2 = Bands[band], Long = Interlocked.Read(ref _logRecords[(s * 7) + band]) });
        }

        for (var s = 0; s < 2; s++)
            points.Add(made with { Metric = M.LogBytes, Attribute1 = s == 0 ? "stdout" : "stderr", Long = Interlocked.Read(ref _logBytes[s]) });
        for (var i = 0; i < _dropped.Length; i++)
            points.Add(made with { Metric = M.LogDropped, Attribute1 = LogDropReasons.All[i], Long = Interlocked.Read(ref _dropped[i]) });
        batches.Add(batch);
    }

    private void CollectSample(List<MetricPoint> points, long now, bool final)
    {
        lock (_sampleLock)
        {
            if (!_hasSample && !(final && _endOwed))
                return;
            // A counter that starts anew with each process says so by its start time; that is a true reset, not a fall.
            var p = new MetricPoint { Metric = M.CpuTime, StartUnixNanos = _processStartUnixNanos, TimeUnixNanos = now, NoRecordedValue = !_hasSample };
            if (!_hasSample)
                _endOwed = false;
            points.Add(p with { Metric = M.CpuTime, Attribute1 = "user", Double = _sample.CpuUserSeconds });
            points.Add(p with { Metric = M.CpuTime, Attribute1 = "system", Double = _sample.CpuSystemSeconds });
            points.Add(p with { Metric = M.MemoryUsage, Long = _sample.RssBytes });
            points.Add(p with { Metric = M.MemoryVirtual, Long = _sample.VirtualBytes });
            points.Add(p with { Metric = M.ThreadCount, Long = _sample.Threads });
            if (_sample.FileDescriptors >= 0)
                points.Add(p with { Metric = M.FileDescriptors, Long = _sample.FileDescriptors });
            if (_sample.FileDescriptorLimit >= 0)
                points.Add(p with { Metric = M.FileDescriptorLimit, Long = _sample.FileDescriptorLimit });
            if (_sample.VoluntarySwitches >= 0)
            {
                points.Add(p with { Metric = M.ContextSwitches, Attribute1 = "voluntary", Long = _sample.VoluntarySwitches });
                points.Add(p with { Metric = M.ContextSwitches, Attribute1 = "involuntary", Long = _sample.InvoluntarySwitches });
            }

            points.Add(p with { Metric = M.PagingFaults, Attribute1 = "minor", Long = _sample.MinorFaults });
            points.Add(p with { Metric = M.PagingFaults, Attribute1 = "major", Long = _sample.MajorFaults });
            if (_sample.DiskReadBytes >= 0)
            {
                points.Add(p with { Metric = M.DiskIo, Attribute1 = "read", Long = _sample.DiskReadBytes });
                points.Add(p with { Metric = M.DiskIo, Attribute1 = "write", Long = _sample.DiskWriteBytes });
            }

            points.Add(p with { Metric = M.Uptime, Double = Math.Max(0, (now - _processStartUnixNanos) / 1e9) });
            points.Add(p with { Metric = M.TreeMemory, Long = _sample.TreeRssBytes });
            points.Add(p with { Metric = M.TreeProcesses, Long = _sample.TreeProcesses });
        }
    }
}
