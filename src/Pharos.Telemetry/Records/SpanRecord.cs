namespace Pharos.Telemetry.Records;

/// <summary>A finished span that was not made by the SDK: the command line's own, which the daemon sends for a client too thin to load an SDK.</summary>
public sealed class SpanRecord
{
    /// <summary>Whose.</summary>
    public required TelemetryResource Resource { get; init; }

    /// <summary>16 bytes.</summary>
    public required byte[] TraceId { get; init; }

    /// <summary>8 bytes.</summary>
    public required byte[] SpanId { get; init; }

    /// <summary>8 bytes; empty: a root.</summary>
    public byte[] ParentSpanId { get; init; } = [];

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>OTLP span kind: 1 internal, 2 server, 3 client.</summary>
    public int Kind { get; init; } = 1;

    /// <summary>Unix nanoseconds.</summary>
    public required long StartUnixNanos { get; init; }

    /// <summary>Unix nanoseconds.</summary>
    public required long EndUnixNanos { get; init; }

    /// <summary>Keys and values; a value is a string, long, double, bool or string[].</summary>
    public IReadOnlyList<(string Key, object Value)> Attributes { get; init; } = [];

    /// <summary>Null: unset; otherwise status ERROR with this message.</summary>
    public string? Error { get; init; }
}
