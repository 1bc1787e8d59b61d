namespace Pharos.TestKit.Otlp;

/// <summary>One request as it came.</summary>
/// <param name="Signal">logs, metrics or traces.</param>
/// <param name="IsGrpc">Over gRPC.</param>
/// <param name="IsGzip">It was compressed.</param>
/// <param name="Headers">Lower-case names.</param>
/// <param name="Bytes">Size of the message, uncompressed.</param>
/// <param name="Resources">Number of Resource* messages.</param>
public sealed record ReceivedRequest(string Signal, bool IsGrpc, bool IsGzip, IReadOnlyDictionary<string, string> Headers, int Bytes, int Resources);

/// <summary>Where an item stood.</summary>
/// <param name="Resource">Attributes of the resource.</param>
/// <param name="Scope">Name of the scope.</param>
/// <param name="ScopeVersion">Version of the scope.</param>
/// <param name="SchemaUrl">Schema URL of the resource.</param>
public sealed record ReceivedPlace(IReadOnlyDictionary<string, object?> Resource, string Scope, string ScopeVersion, string SchemaUrl);

/// <summary>A log record.</summary>
public sealed record ReceivedLog(ReceivedPlace Place)
{
    public object? Body { get; init; }

    public int Severity { get; init; }

    public string SeverityText { get; init; } = "";

    public string EventName { get; init; } = "";

    public string TraceId { get; init; } = "";

    public string SpanId { get; init; } = "";

    public long Time { get; init; }

    public long Observed { get; init; }

    public IReadOnlyDictionary<string, object?> Attributes { get; init; } = new Dictionary<string, object?>();
}

/// <summary>A data point with its metric.</summary>
public sealed record ReceivedPoint(ReceivedPlace Place, string Metric)
{
    public string Unit { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>gauge, sum, histogram or exponential.</summary>
    public string Kind { get; init; } = "";

    public bool IsMonotonic { get; init; }

    /// <summary>1 delta, 2 cumulative, 0 none.</summary>
    public int Temporality { get; init; }

    public long? Long { get; init; }

    public double? Double { get; init; }

    public long Count { get; init; }

    public double Sum { get; init; }

    public IReadOnlyList<long> Buckets { get; init; } = [];

    public IReadOnlyList<double> Bounds { get; init; } = [];

    /// <summary>Scale of exponential buckets.</summary>
    public int Scale { get; init; }

    /// <summary>Index of the first of them.</summary>
    public int Offset { get; init; }

    /// <summary>Values that are 0.</summary>
    public long Zeros { get; init; }

    public bool NoRecordedValue { get; init; }

    public long Start { get; init; }

    public long Time { get; init; }

    public IReadOnlyDictionary<string, object?> Attributes { get; init; } = new Dictionary<string, object?>();
}

/// <summary>A span.</summary>
public sealed record ReceivedSpan(ReceivedPlace Place, string Name)
{
    public string TraceId { get; init; } = "";

    public string SpanId { get; init; } = "";

    public string ParentSpanId { get; init; } = "";

    public int Kind { get; init; }

    public long Start { get; init; }

    public long End { get; init; }

    /// <summary>Spans of other traces that led to this one.</summary>
    public IReadOnlyList<(string TraceId, string SpanId)> Links { get; init; } = [];

    /// <summary>2 is an error.</summary>
    public int Status { get; init; }

    public string StatusMessage { get; init; } = "";

    public IReadOnlyDictionary<string, object?> Attributes { get; init; } = new Dictionary<string, object?>();
}
