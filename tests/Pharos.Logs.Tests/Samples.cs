using System.Text;
using Pharos.Core.Identity;
using Pharos.Core.Ports;
using Pharos.Linux.Streams;
using Pharos.Logs.Live;
using Pharos.Telemetry.Instances;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.Tests;

internal static class Samples
{
    public static readonly InstanceKey Key = new("web", 0);

    public static InstanceLog Log(string directory, LogHub? hub = null, ILogSink? sink = null, Func<string, IAppendFile>? open = null) => new(
        Key, Path.Combine(directory, "out.log"), Path.Combine(directory, "err.log"),
        new InstanceTelemetry(new TelemetryResource([("service.name", "web")]), 0) { CreatedUnixNanos = 0 }, hub ?? new LogHub(), sink, open ?? (p => new AppendFile(p)));

    public static LogLine Line(string text, long at = 1) => new(Key, false, at, Encoding.UTF8.GetBytes(text));

    public static string Text(LogLine line) => Encoding.UTF8.GetString(line.Bytes.Span);

    public static long Dropped(InstanceLog log, string reason)
    {
        List<MetricBatch> batches = [];
        log.Telemetry.Collect(batches, 1, final: false);
        return batches[0].Points.Single(p => p.Metric.Name == "pharos.log.dropped" && p.Attribute1 == reason).Long;
    }
}
