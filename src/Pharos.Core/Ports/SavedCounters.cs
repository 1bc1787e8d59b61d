namespace Pharos.Core.Ports;

/// <summary>What was counted of an instance besides its restarts and exits, by position in the closed sets of Pharos.Telemetry.</summary>
public sealed record SavedCounters
{
    /// <summary>Bytes of stdout and stderr.</summary>
    public EquatableArray<long> LogBytes { get; init; } = [];

    /// <summary>Lines by stream and severity band.</summary>
    public EquatableArray<long> LogRecords { get; init; } = [];

    /// <summary>Lines that were lost, by reason.</summary>
    public EquatableArray<long> LogDropped { get; init; } = [];

    /// <summary>Durations of starts, stops, runs and probes.</summary>
    public EquatableArray<SavedHistogram> Durations { get; init; } = [];
}

/// <summary>One series of a histogram.</summary>
/// <param name="Metric">Name of the metric.</param>
/// <param name="Attribute">Value of its attribute.</param>
/// <param name="Counts">By bucket.</param>
/// <param name="Sum">Of all values.</param>
/// <param name="Second">Value of its second attribute; null: it has one only.</param>
public sealed record SavedHistogram(string Metric, string Attribute, EquatableArray<long> Counts, double Sum, string? Second = null);
