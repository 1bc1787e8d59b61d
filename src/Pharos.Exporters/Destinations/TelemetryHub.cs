using Pharos.Exporters.Pipeline;
using Pharos.Exporters.SelfTelemetry;
using Pharos.Exporters.Settings;
using Pharos.Telemetry.Records;
using Pharos.Telemetry.Shipping;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Pharos.Exporters.Destinations;

/// <summary>What the owner of a hub chooses.</summary>
public sealed class HubOptions
{
    /// <summary>Folder of checkpoints and of events that wait; null: in memory.</summary>
    public string? Folder { get; init; }

    /// <summary>How far back the output goes that a new destination gets.</summary>
    public TimeSpan LookBack { get; init; }

    /// <summary>Resource of the supervisor's own signals.</summary>
    public required TelemetryResource OwnResource { get; init; }

    /// <summary>See <see cref="OtlpPipelineOptions.OnNotice"/>.</summary>
    public Action<string>? OnNotice { get; init; }

    /// <summary>See <see cref="OtlpPipelineOptions.OnEventDropped"/>.</summary>
    public Action<string, string>? OnEventDropped { get; init; }

    /// <summary>Opens the apps' output to a destination for logs: calls the first for each stream that is there or comes, the second for each that ends. The result closes it again.</summary>
    public Func<Action<ILogSource>, Action<ILogSource>, IDisposable>? OpenOutput { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// Everything that is sent, to all destinations. Each has a lane of its own (checkpoint, events that wait, temporality, the SDK's providers), so that one that is away
/// keeps none of the others waiting. Lanes come and go while everything runs; those that stay the same are not touched.
/// </summary>
/// <param name="options">What the owner chooses.</param>
public sealed class TelemetryHub(HubOptions options) : ILogSink, ILogEventSink, IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _turn = new(1, 1); // one change at a time
    private volatile Lane[] _lanes = [];
    private ExportStatistics? _statistics;
    private EndedSeries? _metrics;

    /// <summary>The destinations that are served.</summary>
    public IReadOnlyList<Destination> Destinations => [.. _lanes.Select(l => l.Destination)];

    /// <inheritdoc/>
    public bool Wants => _lanes.Any(l => l.Destination.Settings.Logs is not null);

    /// <summary>Somebody takes spans.</summary>
    public bool WantsSpans => _lanes.Any(l => l.Destination.Settings.Traces is not null);

    /// <summary>Serves these destinations from now on, and no others.</summary>
    /// <param name="wanted">They, by name.</param>
    /// <param name="forget">What was noted of destinations that are not among them is deleted; false when it is not known which there are.</param>
    /// <returns>A line for each destination that cannot be served.</returns>
    public async Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<Destination> wanted, bool forget)
    {
        await _turn.WaitAsync();
        try
        {
            List<string> faults = [];
            List<Lane> next = [.. _lanes.Where(l => wanted.Any(l.Destination.IsServedLike))];
            var leaving = _lanes.Except(next).ToList();
            _lanes = [.. next];
            await Task.WhenAll(leaving.Select(l => l.EndAsync(Farewell)));
            foreach (var destination in wanted.Where(w => w.Settings.HasDestination && next.TrueForAll(n => n.Destination.Name != w.Name)))
            {
                if (TryStart(destination, out var fault) is { } lane)
                    next.Add(lane);
                else
                    faults.Add($"destinations.{destination.Name}: {fault}");
            }

            _lanes = [.. next];
            if (forget)
                Forget(wanted);
            return faults;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What was declared is known by now: the metrics of this source are pushed, and the output that is there is sent.</summary>
    /// <param name="source">All instances.</param>
    public void Begin(IMetricSource source)
    {
        _turn.Wait();
        try
        {
            _metrics = new EndedSeries(source);
            foreach (var lane in _lanes)
                lane.Begin(_metrics);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public bool TryWrite(LogRecord record)
    {
        foreach (var lane in _lanes)
            lane.Pipeline.TryWrite(record);
        return true;
    }

    /// <summary>Hands a finished span over.</summary>
    /// <param name="span">The span.</param>
    public void Write(SpanRecord span)
    {
        foreach (var lane in _lanes)
            lane.Pipeline.TryWrite(span);
    }

    /// <inheritdoc/>
    /// <remarks>A line of the supervisor's own log.</remarks>
    public void Emit(LogEvent logEvent)
    {
        foreach (var lane in _lanes)
            lane.OwnLog?.Emit(logEvent);
    }

    /// <summary>How a destination does.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="signal">A signal.</param>
    /// <returns>The error that is being retried, null when none is known; and what waits for it, bytes.</returns>
    public (string? Trouble, long BacklogBytes) StateOf(string name, OtlpSignal signal) =>
        _lanes.FirstOrDefault(l => l.Destination.Name == name) is { } lane
            ? (lane.Pipeline.TroubleOf(signal), signal == OtlpSignal.Logs ? lane.Pipeline.BacklogBytes : 0)
            : (null, 0);

    /// <summary>Sends all that waits, as far as the time allows.</summary>
    /// <param name="timeout">How long at most.</param>
    public Task FlushAsync(TimeSpan timeout) => Task.WhenAll(_lanes.Select(l => l.Pipeline.FlushAsync(timeout)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var lanes = _lanes;
        _lanes = [];
        await Task.WhenAll(lanes.Select(l => l.EndAsync(TimeSpan.Zero)));
        _statistics?.Dispose();
        _turn.Dispose();
    }

    private Lane? TryStart(Destination destination, out string? fault)
    {
        fault = null;
        try
        {
            _statistics ??= new ExportStatistics(
                () => _lanes.Sum(l => l.Pipeline.Inflight), () => _lanes.Sum(l => l.Pipeline.BacklogBytes), () => _lanes.Select(l => l.Pipeline.LagSeconds).DefaultIfEmpty(0).Max());
            var lane = new Lane(destination, options, FolderOf(destination.Name), _statistics);
            if (_metrics is not null)
                lane.Begin(_metrics);
            return lane;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            fault = e.Message;
            return null;
        }
    }

    private string? FolderOf(string name) => options.Folder is null || name == Destination.OfEnvironment ? options.Folder : Path.Combine(options.Folder, "to", name);

    /// <summary>Somebody who comes back later under a name that is gone begins anew.</summary>
    private void Forget(IReadOnlyList<Destination> wanted)
    {
        if (options.Folder is null || !Directory.Exists(Path.Combine(options.Folder, "to")))
            return;
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(options.Folder, "to")))
        {
            if (wanted.Any(w => w.Name == Path.GetFileName(folder)))
                continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                options.OnNotice?.Invoke($"cannot delete what was noted of the destination {Path.GetFileName(folder)}: {e.Message}");
            }
        }
    }

    /// <summary>Everything of one destination.</summary>
    private sealed class Lane
    {
        private readonly OwnTelemetry? _own;
        private readonly Logger? _ownLog;
        private readonly Func<Action<ILogSource>, Action<ILogSource>, IDisposable>? _openOutput;
        private IDisposable? _output;
        private EndedSeries? _metrics;
        private IMetricSource? _view;

        public Lane(Destination destination, HubOptions options, string? folder, ExportStatistics statistics)
        {
            Destination = destination;
            _openOutput = options.OpenOutput;
            var settings = destination.Settings;
            Pipeline = new OtlpPipeline(settings, new OtlpPipelineOptions
            {
                Folder = folder,
                LookBack = options.LookBack,
                OnNotice = options.OnNotice is { } notice ? line => notice(destination.Name == Destination.OfEnvironment ? line : $"{destination.Name}: {line}") : null,
                OnEventDropped = options.OnEventDropped,
                Statistics = statistics,
                Time = options.Time,
            });
            if (settings.Logs is { } logs)
            {
                _ownLog = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.OpenTelemetry(
                    to =>
                    {
                        to.LogsDestination = logs;
                        to.ResourceAttributes = options.OwnResource.Attributes.ToDictionary(a => a.Key, a => a.Value);
                    },
                    ignoreEnvironment: true).CreateLogger();
            }

            _own = OwnTelemetry.Start(settings, options.OwnResource);
        }

        public Destination Destination { get; }

        public OtlpPipeline Pipeline { get; }

        public ILogEventSink? OwnLog => _ownLog;

        public void Begin(EndedSeries metrics)
        {
            if (Destination.Settings.Logs is not null)
                _output = _openOutput?.Invoke(Pipeline.Add, Pipeline.End);
            if (Destination.Settings.Metrics is not null)
                Pipeline.AddSource(_view = (_metrics = metrics).For());
            Pipeline.Begin();
        }

        public async Task EndAsync(TimeSpan patience)
        {
            if (patience > TimeSpan.Zero)
                await Pipeline.FlushAsync(patience);
            await Pipeline.DisposeAsync();
            _output?.Dispose();
            if (_view is not null)
                _metrics!.Forget(_view);
            if (_ownLog is not null)
                await _ownLog.DisposeAsync();
            if (_own is not null)
                await Task.Run(_own.Dispose); // it waits for its last requests
        }
    }
}
