using System.Buffers.Binary;
using Pharos.Core.Specs.Logs;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.Records;

/// <summary>Least level and sampling. Deterministic: a record that is read again has the same fate, and records of one trace go together.</summary>
public static class Filter
{
    /// <summary>Why a record is left out.</summary>
    /// <param name="spec">What was asked for.</param>
    /// <param name="record">The record.</param>
    /// <param name="position">Where it stands: equal lines have different fates.</param>
    /// <returns>One of <see cref="LogDropReasons"/>; null: it is shipped.</returns>
    public static string? Reason(LogSpec spec, LogRecord record, long position)
    {
        if (spec.Level is { } least && record.SeverityNumber > 0 && record.SeverityNumber < (int)least)
            return LogDropReasons.Level;
        if (spec.Samples.Count == 0)
            return null;
        var share = spec.ShareOf(record.SeverityNumber);
        return share >= 1 || Chance(record, position) < share ? null : LogDropReasons.Sampled;
    }

    /// <summary>A number from 0 to below 1. Of a trace id its last 56 bits, which W3C trace context wants to be random.</summary>
    private static double Chance(LogRecord record, long position)
    {
        ulong bits;
        if (record.TraceId.Length == 16)
        {
            bits = BinaryPrimitives.ReadUInt64BigEndian(record.TraceId.Span[8..]) << 8;
        }
        else
        {
            bits = (ulong)position + 0x9E3779B97F4A7C15;
            foreach (var b in record.Body.Span[..Math.Min(record.Body.Length, 256)])
                bits = (bits ^ b) * 0x100000001B3;
            bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            bits ^= bits >> 31;
        }

        return (bits >> 11) * (1.0 / (1UL << 53));
    }
}
