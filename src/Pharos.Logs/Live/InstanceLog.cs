using System.Text;
using Pharos.Core.Identity;
using Pharos.Core.Ports;
using Pharos.Logs.Records;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Instances;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.Live;

/// <summary>The output of one instance over all its incarnations: its two files, its last lines, its records.</summary>
/// <remarks>Lines come from the pump's thread only.</remarks>
public sealed class InstanceLog : IDisposable
{
    private const int RingLines = 1000;
    private const int RingBytes = 256 * 1024;
    private const int SeedBytes = 64 * 1024;

    private readonly LogHub _hub;
    private readonly ILogSink? _sink;
    private readonly Func<string, IAppendFile> _openFile;
    private readonly IAppendFile?[] _files = new IAppendFile?[2];
    private volatile SecretMask _mask = new([]);

    /// <param name="key">Whose.</param>
    /// <param name="outPath">Log file of stdout.</param>
    /// <param name="errPath">Log file of stderr.</param>
    /// <param name="telemetry">Its counters.</param>
    /// <param name="hub">Where followers are.</param>
    /// <param name="sink">Where records go; null: nowhere.</param>
    /// <param name="openFile">Opens a log file for appending.</param>
    public InstanceLog(InstanceKey key, string outPath, string errPath, InstanceTelemetry telemetry, LogHub hub, ILogSink? sink, Func<string, IAppendFile> openFile)
    {
        Key = key;
        OutPath = outPath;
        ErrPath = errPath;
        Telemetry = telemetry;
        _hub = hub;
        _sink = sink;
        _openFile = openFile;
        Seed(outPath, stderr: false);
        Seed(errPath, stderr: true);
    }

    /// <summary>Whose.</summary>
    public InstanceKey Key { get; }

    /// <summary>Log file of stdout.</summary>
    public string OutPath { get; }

    /// <summary>Log file of stderr.</summary>
    public string ErrPath { get; }

    /// <summary>Its counters.</summary>
    public InstanceTelemetry Telemetry { get; }

    internal LineRing Ring { get; } = new(RingLines, RingBytes);

    /// <summary>Values of this environment's secret variables are taken out of what leaves the machine.</summary>
    /// <param name="env">The app's environment.</param>
    public void MaskSecretsOf(IEnumerable<KeyValuePair<string, string>> env) => _mask = new SecretMask(env);

    /// <summary>The last lines that this daemon read, both streams, oldest first, as clean text with secrets taken out.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="sinceUnixNanos">None older than this.</param>
    /// <returns>The lines.</returns>
    public IReadOnlyList<string> LastLines(int count, long sinceUnixNanos) =>
        _hub.Read(() => Ring.Last(count, l => l.AtUnixNanos >= sinceUnixNanos).Select(l => Encoding.UTF8.GetString(_mask.Apply(PlainText.Clean(l.Bytes.Span)))).ToList());

    /// <summary>Takes the values of secret variables out of a text, and what is no text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>One clean line.</returns>
    public string Mask(string text) => Encoding.UTF8.GetString(_mask.Apply(PlainText.Clean(Encoding.UTF8.GetBytes(text.ReplaceLineEndings(" ")))));

    internal IAppendFile FileOf(bool stderr) => _files[stderr ? 1 : 0] ??= _openFile(stderr ? ErrPath : OutPath);

    internal void Line(ReadOnlySpan<byte> line, int part, bool stderr, long nowUnixNanos)
    {
        var kept = new LogLine(Key, stderr, nowUnixNanos, line.ToArray());
        _hub.Publish(kept, Ring);
        var clean = PlainText.Clean(line);
        var (severity, text) = part > 1 ? default : SeverityParser.Parse(clean);
        Telemetry.LogLine(stderr, severity);
        if (_sink is null)
            return;

        var stream = (AttributeNames.LogIoStream, (object)(stderr ? "stderr" : "stdout"));
        var record = new LogRecord
        {
            Resource = Telemetry.Resource,
            ObservedUnixNanos = nowUnixNanos,
            TimeUnixNanos = nowUnixNanos,
            SeverityNumber = severity,
            SeverityText = text,
            Body = _mask.Apply(clean),
            Attributes = part == 0 ? [stream] : [stream, (AttributeNames.LogPart, (long)part)],
        };
        if (!_sink.TryWrite(record))
            Telemetry.LogDropped("queue_full");
    }

    /// <summary>Lines that an earlier daemon wrote are there for whoever asks, without a time.</summary>
    private void Seed(string path, bool stderr)
    {
        if (!File.Exists(path))
            return;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var from = Math.Max(0, file.Length - SeedBytes);
            file.Seek(from, SeekOrigin.Begin);
            var bytes = new byte[file.Length - from];
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var framer = new Framing.LineFramer();
            var first = from > 0; // the first piece is the end of a line whose beginning is not here
            void Keep(ReadOnlySpan<byte> line, int part)
            {
                if (!first)
                    Ring.Add(new LogLine(Key, stderr, 0, line.ToArray()));
                first = false;
            }

            framer.Push(bytes.AsSpan(0, read), Keep);
            framer.Flush(Keep);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ignoring: old lines are a convenience, and the file is opened again, loudly, when the app prints.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ref var file in _files.AsSpan())
        {
            file?.Dispose();
            file = null;
        }
    }
}
