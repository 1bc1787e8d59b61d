namespace Pharos.Exporters.Settings;

/// <summary>Which temporality a metrics destination prefers.</summary>
public enum TemporalityPreference
{
    /// <summary>Sums since the start; what Prometheus wants.</summary>
    Cumulative,

    /// <summary>Sums since the last export, but for up-down counters.</summary>
    Delta,

    /// <summary>Delta where we count ourselves, cumulative for what is read from the kernel.</summary>
    LowMemory,
}

/// <summary>How histograms are sent.</summary>
public enum HistogramEncoding
{
    /// <summary>The buckets of the catalogue.</summary>
    Explicit,

    /// <summary>Base-2 exponential buckets, at most 160.</summary>
    Exponential,
}

/// <summary>How log records are batched.</summary>
public sealed class LogBatchSettings
{
    /// <summary>Longest wait of a record for company.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Most records of one request. More than the specification's 512 for an SDK: this is the output of all apps of a machine.</summary>
    public int MaxRecords { get; init; } = 4096;
}

/// <summary>One setting that cannot be used.</summary>
/// <param name="Variable">Name of the environment variable.</param>
/// <param name="Value">Its value; null when it may hold a secret.</param>
/// <param name="Accepted">What would be accepted.</param>
public sealed record SettingFault(string Variable, string? Value, string Accepted)
{
    /// <inheritdoc/>
    public override string ToString() => Value is null
        ? $"{Variable} is not usable (value not shown); accepted: {Accepted}"
        : $"{Variable}={Value} is not usable; accepted: {Accepted}";
}

/// <summary>Everything about where our telemetry goes.</summary>
public sealed class OtlpSettings
{
    /// <summary>Settings that send nothing anywhere.</summary>
    public static OtlpSettings None { get; } = new();

    /// <summary>Destination of logs and events; null: not pushed.</summary>
    public OtlpSignalSettings? Logs { get; init; }

    /// <summary>Destination of metrics; null: not pushed.</summary>
    public OtlpSignalSettings? Metrics { get; init; }

    /// <summary>Destination of spans; null: not pushed.</summary>
    public OtlpSignalSettings? Traces { get; init; }

    /// <summary>Name of the destination; null: it comes from the environment.</summary>
    public string? Name { get; init; }

    /// <summary>How histograms are sent.</summary>
    public HistogramEncoding Histograms { get; init; }

    /// <summary>Temporality of sums and histograms.</summary>
    public TemporalityPreference Temporality { get; init; }

    /// <summary>Time between two pushes of metrics.</summary>
    public TimeSpan MetricInterval { get; init; } = ExportInterval.Default;

    /// <summary>Batches of log records.</summary>
    public LogBatchSettings LogBatch { get; init; } = new();

    /// <summary>Attributes that the user wants on every resource; later ones win.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ResourceAttributes { get; init; } = [];

    /// <summary>Name of the supervisor's own service; null: the default.</summary>
    public string? ServiceName { get; init; }

    /// <summary>Address of an own scrape listener; null: only the control API serves it.</summary>
    public string? PrometheusHost { get; init; }

    /// <summary>Its port; null: no listener was asked for.</summary>
    public int? PrometheusPort { get; init; }

    /// <summary>Something is pushed somewhere. When false nothing is started.</summary>
    public bool HasDestination => Logs is not null || Metrics is not null || Traces is not null;

    /// <summary>Reads the standard <c>OTEL_*</c> variables.</summary>
    /// <param name="getenv">Value of a variable; null or empty: not set.</param>
    /// <returns>The usable part, and one fault per value that is not usable. Never throws.</returns>
    public static (OtlpSettings Settings, IReadOnlyList<SettingFault> Faults) FromEnvironment(Func<string, string?> getenv) =>
        new EnvironmentReader(getenv).Read();

    /// <summary>The destination of a signal.</summary>
    /// <param name="signal">The signal.</param>
    /// <returns>Null: it is not pushed.</returns>
    public OtlpSignalSettings? Of(OtlpSignal signal) => signal switch
    {
        OtlpSignal.Logs => Logs,
        OtlpSignal.Metrics => Metrics,
        OtlpSignal.Traces => Traces,
    };

    /// <summary>For people: no header, no key.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => HasDestination
        ? $"logs: {Logs?.ToString() ?? "none"}; metrics: {Metrics?.ToString() ?? "none"}; traces: {Traces?.ToString() ?? "none"}"
        : "no destination";
}
