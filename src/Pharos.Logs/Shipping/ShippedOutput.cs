using Pharos.Logs.Live;
using Pharos.Logs.Records;
using Pharos.Logs.Records.Joining;
using Pharos.Telemetry.Instances;

namespace Pharos.Logs.Shipping;

/// <summary>Makes records of the output of one instance.</summary>
/// <param name="log">Its output.</param>
public sealed class ShippedOutput(InstanceLog log)
{
    /// <summary>Its numbers.</summary>
    public InstanceTelemetry Telemetry => log.Telemetry;

    /// <summary>Joins the lines of one of its streams.</summary>
    internal RecordJoiner Joiner() => new(log.Spec.Multiline);

    /// <summary>The record of lines that belong together.</summary>
    internal MadeRecord Record(in JoinedLines lines, bool stderr) => log.Records.Make(lines, stderr, log.Telemetry.Resource);
}
