using Pharos.Logs.Records;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Instances;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.Shipping;

/// <summary>What a shipper has to know of an instance whose output it sends.</summary>
/// <param name="telemetry">Its numbers and its resource.</param>
/// <param name="mask">Takes out what must not leave the machine; asked for each line, since it changes with the app's environment.</param>
public sealed class ShippedOutput(InstanceTelemetry telemetry, Func<SecretMask> mask)
{
    /// <summary>Its numbers.</summary>
    public InstanceTelemetry Telemetry => telemetry;

    /// <summary>A record of one line.</summary>
    internal LogRecord Record(ReadOnlySpan<byte> line, int part, bool stderr, long unixNanos)
    {
        var clean = PlainText.Clean(line);
        var (severity, text) = part > 1 ? default : SeverityParser.Parse(clean);
        var stream = (AttributeNames.LogIoStream, (object)(stderr ? "stderr" : "stdout"));
        return new LogRecord
        {
            Resource = telemetry.Resource,
            ObservedUnixNanos = unixNanos,
            TimeUnixNanos = unixNanos,
            SeverityNumber = severity,
            SeverityText = text,
            Body = mask().Apply(clean),
            Attributes = part == 0 ? [stream] : [stream, (AttributeNames.LogPart, (long)part)],
        };
    }
}
