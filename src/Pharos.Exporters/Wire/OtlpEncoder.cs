using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Wire;

/// <summary>Export requests of the OpenTelemetry protocol with as many resources as the items have: what the SDK cannot do (docs/adr/0003).</summary>
public static partial class OtlpEncoder
{
    /// <summary>Writes an ExportLogsServiceRequest: one ResourceLogs per resource, the records of each in their order.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="records">The records.</param>
    public static void WriteLogs(ProtobufWriter writer, ReadOnlySpan<LogRecord> records)
    {
        var next = ArrayPool<int>.Shared.Rent(Math.Max(1, records.Length));
        foreach (var (resource, first) in ChainByResource(records, next))
        {
            var outer = writer.Begin(1);
            OtlpCommon.Resource(writer, resource);
            var scope = writer.Begin(2);
            OtlpCommon.Scope(writer);
            for (var i = first; i >= 0; i = next[i])
                LogRecord(writer, records[i]);
            OtlpCommon.SchemaUrl(writer);
            writer.End(scope);
            OtlpCommon.SchemaUrl(writer);
            writer.End(outer);
        }

        ArrayPool<int>.Shared.Return(next);
    }

    /// <summary>Writes an ExportTraceServiceRequest, one ResourceSpans per span.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="spans">The spans.</param>
    public static void WriteSpans(ProtobufWriter writer, ReadOnlySpan<SpanRecord> spans)
    {
        foreach (var span in spans)
        {
            var outer = writer.Begin(1);
            OtlpCommon.Resource(writer, span.Resource);
            var scope = writer.Begin(2);
            OtlpCommon.Scope(writer);
            Span(writer, span);
            OtlpCommon.SchemaUrl(writer);
            writer.End(scope);
            OtlpCommon.SchemaUrl(writer);
            writer.End(outer);
        }
    }

    /// <summary>Field 2 of ScopeLogs.</summary>
    internal static void LogRecord(ProtobufWriter writer, LogRecord record)
    {
        if (!record.Encoded.IsEmpty)
        {
            writer.Bytes(2, record.Encoded.Span);
            return;
        }

        var start = writer.Begin(2);
        LogRecordContent(writer, record);
        writer.End(start);
    }

    /// <summary>The fields of a LogRecord message.</summary>
    internal static void LogRecordContent(ProtobufWriter writer, LogRecord record)
    {
        if (record.TimeUnixNanos != 0)
            writer.Fixed64(1, (ulong)record.TimeUnixNanos);
        if (record.SeverityNumber != 0)
            writer.Varint(2, (ulong)record.SeverityNumber);
        if (record.SeverityText is { Length: > 0 } severity)
            writer.String(3, severity);
        if (!record.Body.IsEmpty)
            Body(writer, record.Body.Span);
        OtlpCommon.Attributes(writer, 6, record.Attributes);
        if (record.DroppedAttributes > 0)
            writer.Varint(7, (ulong)record.DroppedAttributes);
        if (record.TraceId.Length == 16)
            writer.Bytes(9, record.TraceId.Span);
        if (record.SpanId.Length == 8)
            writer.Bytes(10, record.SpanId.Span);
        writer.Fixed64(11, (ulong)record.ObservedUnixNanos);
        if (record.EventName is { } eventName)
            writer.String(12, eventName);
    }

    /// <summary>Field 2 of ScopeSpans.</summary>
    internal static void Span(ProtobufWriter writer, SpanRecord span)
    {
        var start = writer.Begin(2);
        writer.Bytes(1, span.TraceId);
        writer.Bytes(2, span.SpanId);
        if (span.ParentSpanId.Length == 8)
            writer.Bytes(4, span.ParentSpanId);
        writer.String(5, span.Name);
        writer.Varint(6, (ulong)span.Kind);
        writer.Fixed64(7, (ulong)span.StartUnixNanos);
        writer.Fixed64(8, (ulong)span.EndUnixNanos);
        OtlpCommon.Attributes(writer, 9, span.Attributes);
        if (span.Error is { } error)
        {
            var status = writer.Begin(15);
            writer.String(2, error);
            writer.Varint(3, 2);
            writer.End(status);
        }

        writer.End(start);
    }

    private static void Body(ProtobufWriter writer, ReadOnlySpan<byte> body)
    {
        var value = writer.Begin(5);

        // A protobuf string that is not UTF-8 makes servers refuse the whole request, so the promise of the record is not relied upon.
        if (Utf8.IsValid(body))
            writer.Bytes(1, body);
        else
            writer.String(1, Encoding.UTF8.GetString(body));
        writer.End(value);
    }

    /// <summary>Links the records of each resource, in order, through <paramref name="next"/> (-1: the last one).</summary>
    private static List<(TelemetryResource Resource, int First)> ChainByResource(ReadOnlySpan<LogRecord> records, int[] next)
    {
        var firsts = new List<(TelemetryResource, int)>();
        var lasts = new Dictionary<TelemetryResource, int>();
        for (var i = 0; i < records.Length; i++)
        {
            next[i] = -1;
            ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(lasts, records[i].Resource, out var seen);
            if (seen)
                next[last] = i;
            else
                firsts.Add((records[i].Resource, i));
            last = i;
        }

        return firsts;
    }
}
