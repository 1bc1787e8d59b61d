using Pharos.Logs.Live;
using Pharos.Logs.Records;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Instances;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.Shipping;

/// <summary>Makes records of the output of one instance.</summary>
/// <param name="log">Its output.</param>
public sealed class ShippedOutput(InstanceLog log)
{
    /// <summary>Its numbers.</summary>
    public InstanceTelemetry Telemetry => log.Telemetry;

    /// <summary>A record of one line.</summary>
    internal LogRecord Record(ReadOnlySpan<byte> line, int part, bool stderr, long unixNanos)
    {
        var clean = PlainText.Clean(line);
        var (severity, text) = part > 1 ? default : SeverityParser.Parse(clean);
        var stream = (AttributeNames.LogIoStream, (object)(stderr ? "stderr" : "stdout"));
        return new LogRecord
        {
            Resource = log.Telemetry.Resource,
            ObservedUnixNanos = unixNanos,
            TimeUnixNanos = unixNanos,
            SeverityNumber = severity,
            SeverityText = text,
            Body = log.Secrets.Apply(clean),
            Attributes = part == 0 ? [stream] : [stream, (AttributeNames.LogPart, (long)part)],
        };
    }
}
