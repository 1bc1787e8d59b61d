using System.Text;
using Microsoft.Win32.SafeHandles;
using Pharos.Core.Identity;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Core.Specs.Logs;
using Pharos.Linux.Streams;
using Pharos.Logs.Live;
using Pharos.Logs.Store;
using Pharos.Telemetry.Instances;
using Pharos.Telemetry.Records;
using Xunit;

namespace Pharos.Logs.Tests;

internal static class Samples
{
    public static readonly InstanceKey Key = new("web", 0);

    public static InstanceLog Log(string directory, LogHub? hub = null, Func<string, IAppendFile>? open = null, LogSpec? logs = null, LogStore? store = null, int index = 0) => new(
        new InstanceKey("web", index), Plan(directory, logs, index),
        new InstanceTelemetry(new TelemetryResource([("service.name", "web")]), 0) { CreatedUnixNanos = 0 }, hub ?? new LogHub(),
        store ?? new LogStore(new OpenedBy(open), Path.Combine(directory, "store"), _ => { }));

    public static LogPlan Plan(string directory, LogSpec? logs = null, int index = 0) => LogPlan.Of(
        new AppSpec { Name = "web", Script = "x", Cwd = "/", OutFile = Path.Combine(directory, "out.log"), ErrFile = Path.Combine(directory, "err.log"), Logs = logs ?? new LogSpec(), Instances = 2 },
        new InstanceKey("web", index), index, directory, Path.Combine(directory, "buffer"));

    /// <summary>What the pump does with a line.</summary>
    public static void Print(InstanceLog log, string text, long at = 1, bool stderr = false)
    {
        var raw = Encoding.UTF8.GetBytes(text + "\n");
        var stream = log.Store.Open(log.FilesOf(stderr)[0]);
        lock (log.Gate)
        {
            if (log.PositionOf(stderr) == 0)
                log.Passed(stderr, stream.End); // as the pump does when it begins
        }

        var batch = stream.Prepare(raw, at, new LogSource(log.Key.App, log.Key.Index, stderr), open: false, log.Store.Scratch[0]);
        Assert.Equal(raw.Length, stream.Write(batch, raw));
        lock (log.Gate)
        {
            log.Line(raw.AsSpan(..^1), 0, stderr, at, log.IsFollowed);
            log.Passed(stderr, stream.End);
        }
    }

    public static LogLine Line(string text, long at = 1) => new(Key, false, at, Encoding.UTF8.GetBytes(text));

    public static string Text(LogLine line) => Encoding.UTF8.GetString(line.Bytes.Span);

    public static long Dropped(InstanceLog log, string reason)
    {
        List<MetricBatch> batches = [];
        log.Telemetry.Collect(batches, 1, final: false);
        return batches[0].Points.Single(p => p.Metric.Name == "pharos.log.dropped" && p.Attribute1 == reason).Long;
    }

    /// <summary>The real files, opened as a test wants it.</summary>
    public sealed class OpenedBy(Func<string, IAppendFile>? open) : ILogFiles
    {
        private readonly LogFiles _real = new();

        public IAppendFile Append(string path) => open is null ? _real.Append(path) : open(path);

        public FileFacts? Look(string path) => _real.Look(path);

        public FileFacts Look(SafeFileHandle file) => _real.Look(file);

        public void LetOthersGoFirst()
        {
        }
    }
}
