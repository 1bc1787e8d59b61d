namespace Pharos.Telemetry.Records;

/// <summary>OTLP severity numbers that are used.</summary>
public static class Severity
{
    public const int Unspecified = 0;
    public const int Trace = 1;
    public const int Debug = 5;
    public const int Info = 9;
    public const int Warn = 13;
    public const int Error = 17;
    public const int Fatal = 21;

    /// <summary>The band of a number, for metrics.</summary>
    /// <param name="number">0..24.</param>
    /// <returns><c>unspecified, trace, debug, info, warn, error, fatal</c>.</returns>
    public static string Band(int number) => number switch
    {
        <= 0 => "unspecified",
        <= 4 => "trace",
        <= 8 => "debug",
        <= 12 => "info",
        <= 16 => "warn",
        <= 20 => "error",
        _ => "fatal",
    };
}

/// <summary>One log record or event of an instance, ready for any exporter.</summary>
public sealed class LogRecord
{
    /// <summary>Whose.</summary>
    public required TelemetryResource Resource { get; init; }

    /// <summary>When it happened, Unix nanoseconds; 0: unknown.</summary>
    public long TimeUnixNanos { get; init; }

    /// <summary>When we read it, Unix nanoseconds.</summary>
    public required long ObservedUnixNanos { get; init; }

    /// <summary>OTLP severity number; 0: nothing parsed.</summary>
    public int SeverityNumber { get; init; }

    /// <summary>The severity as the app wrote it; null: nothing parsed.</summary>
    public string? SeverityText { get; init; }

    /// <summary>Body, valid UTF-8, clean of ANSI codes.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>EventName of an event; null for a plain log line.</summary>
    public string? EventName { get; init; }

    /// <summary>16 bytes; empty: none.</summary>
    public ReadOnlyMemory<byte> TraceId { get; init; }

    /// <summary>8 bytes; empty: none.</summary>
    public ReadOnlyMemory<byte> SpanId { get; init; }

    /// <summary>Keys and values; a value is a string, long, double, bool or string[].</summary>
    public IReadOnlyList<(string Key, object Value)> Attributes { get; init; } = [];

    /// <summary>The whole record as an OTLP LogRecord message, when it was encoded before; then nothing else of it is looked at but the resource.</summary>
    public ReadOnlyMemory<byte> Encoded { get; init; }

    /// <summary>Attributes that were left out because there were too many or too large ones.</summary>
    public int DroppedAttributes { get; init; }

    /// <summary>What it costs in a queue, bytes, about.</summary>
    public int Weight => 96 + Body.Length + Encoded.Length + (Attributes.Count * 48);
}

/// <summary>Takes log records and events towards their destinations. Never blocks.</summary>
public interface ILogSink
{
    /// <summary>Hands a record over.</summary>
    /// <param name="record">The record.</param>
    /// <returns>False when it was dropped because the queue is full.</returns>
    bool TryWrite(LogRecord record);

    /// <summary>Somebody takes records now; when not, none need be made.</summary>
    bool Wants => true;
}
