using Pharos.Core.Specs.Logs;
using Pharos.Logs.Records.Fields;
using Pharos.Logs.Records.Formats;
using Pharos.Logs.Records.Joining;
using Pharos.Logs.Records.Masking;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.Records;

/// <summary>From lines to a log record: body as written without control codes, severity, the app's time, ids of trace and span, attributes, secrets taken out.</summary>
/// <remarks>Pure: the same lines give the same record. One per app will do; calls may come from several threads.</remarks>
public sealed class RecordMaker
{
    private static readonly object Stdout = "stdout", Stderr = "stderr";
    private readonly LogSpec _spec;
    private readonly Redactor _redactor;
    private readonly TimeZoneInfo _zone;

    /// <param name="spec">What was asked for.</param>
    /// <param name="env">The app's environment: values of secret variables are masked.</param>
    /// <param name="zone">Zone of times without one; null: the host's.</param>
    public RecordMaker(LogSpec spec, IEnumerable<KeyValuePair<string, string>> env, TimeZoneInfo? zone = null)
    {
        _spec = spec;
        _redactor = new Redactor(env, spec.Redaction);
        _zone = zone ?? TimeZoneInfo.Local;
    }

    /// <summary>Makes the record.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="stderr">Which stream.</param>
    /// <param name="resource">Whose.</param>
    /// <returns>The record; it is to be left out when its reason says so.</returns>
    public MadeRecord Make(in JoinedLines lines, bool stderr, TelemetryResource resource)
    {
        var clean = Clean(lines.Bytes, lines.Lines);
        var first = clean.AsSpan();
        if (lines.Lines > 1 && first.IndexOf((byte)'\n') is >= 0 and var end)
            first = first[..end];
        // The parts of a line that was split say nothing by themselves, but for the first, which has the beginning.
        var whole = lines.Part == 0;
        var (severity, text) = lines.Part > 1 || _spec.Parse == LogParse.None ? default : SeverityParser.Parse(first);
        var times = new Timestamps(_zone, lines.UnixNanos);
        var fields = whole ? LineParser.Parse(first, _spec.Parse, times) : new RecordFields();
        var attributes = new List<(string Key, object Value)>(fields.Attributes.Count + 2) { (AttributeNames.LogIoStream, stderr ? Stderr : Stdout) };
        if (!whole)
            attributes.Add((AttributeNames.LogPart, (long)lines.Part));
        foreach (var (key, value) in fields.Attributes)
            attributes.Add((_redactor.Apply(key), _redactor.Apply(key, value))); // a secret may stand where a name is looked for, too
        var record = new LogRecord
        {
            Resource = resource,
            ObservedUnixNanos = lines.UnixNanos,
            TimeUnixNanos = fields.TimeUnixNanos == 0 ? lines.UnixNanos : fields.TimeUnixNanos,
            SeverityNumber = severity,
            SeverityText = text,
            Body = _redactor.Apply(clean),
            TraceId = fields.TraceId ?? ReadOnlyMemory<byte>.Empty,
            SpanId = fields.SpanId ?? ReadOnlyMemory<byte>.Empty,
            Attributes = attributes,
            DroppedAttributes = fields.Dropped,
        };
        return new MadeRecord(record, fields.Message is { } message ? _redactor.Apply(message) : null, Filter.Reason(_spec, record, lines.First));
    }

    /// <summary>Each line by itself: a carriage return overwrites its own line only.</summary>
    private static byte[] Clean(ReadOnlySpan<byte> bytes, int lines)
    {
        if (lines == 1)
            return PlainText.Clean(bytes);
        var clean = new List<byte>(bytes.Length);
        foreach (var line in bytes.Split((byte)'\n'))
        {
            if (line.Start.Value > 0)
                clean.Add((byte)'\n');
            clean.AddRange(PlainText.Clean(bytes[line]));
        }

        return [.. clean];
    }
}

/// <summary>A record, and what is known about it besides.</summary>
/// <param name="Record">The record.</param>
/// <param name="Message">The message inside a structured line, secrets taken out; null: the body is the message.</param>
/// <param name="LeftOut">One of <see cref="LogDropReasons"/> when the app's least level or sampling leaves it out; null: it is shipped.</param>
public readonly record struct MadeRecord(LogRecord Record, string? Message, string? LeftOut);
