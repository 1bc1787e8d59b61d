namespace Pharos.Telemetry.Catalogue;

/// <summary>The OpenTelemetry instrument kind of a metric.</summary>
public enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>A sum that goes up and down.</summary>
    UpDownCounter,

    /// <summary>A value that is not to be summed.</summary>
    Gauge,

    /// <summary>A distribution with explicit buckets.</summary>
    Histogram,
}

/// <summary>One metric of the public telemetry contract.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="Kind">Instrument kind.</param>
/// <param name="Unit">UCUM unit.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Attributes">Keys of the point attributes, in order; empty for none.</param>
public sealed record MetricDefinition(string Name, MetricKind Kind, string Unit, string Description, params string[] Attributes)
{
    /// <summary>Values are doubles; otherwise whole numbers.</summary>
    public bool IsDouble { get; init; }

    /// <summary>The value is read from elsewhere (the kernel), in OpenTelemetry's words an asynchronous instrument; otherwise we count it ourselves.</summary>
    public bool IsObserved { get; init; }

    /// <summary>Upper bounds of the buckets, ascending, without infinity; empty unless a histogram.</summary>
    public double[] Bounds { get; init; } = [];
}
