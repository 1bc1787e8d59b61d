using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Logs.History;
using Pharos.Logs.Records;
using Pharos.Logs.Store;
using Pharos.Telemetry.Records;

namespace Pharos.Client.Logs;

/// <summary>Prints lines of the past and of the present alike: for people, as JSON, or as they are.</summary>
internal sealed class LogsWriter
{
    private const int FlushBytes = 32 * 1024;
    private readonly LogsOrder _order;
    private readonly Shell _shell;
    private readonly bool _color;
    private readonly bool _bare;
    private readonly int _width;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public LogsWriter(LogsOrder order, IReadOnlyList<LogStreamView> streams, Shell shell)
    {
        (_order, _shell) = (order, shell);
        _color = order.Color;
        var whose = streams.SelectMany(s => s.Instances).Distinct().ToList();
        _bare = order.Raw || (whose.Count == 1 && order.Selectors.Length > 0);
        _width = whose.Select(TerminalText.Width).DefaultIfEmpty(0).Max();
    }

    /// <summary>A line out of the files.</summary>
    /// <returns>False: nobody reads any more.</returns>
    public bool Write(HistoryLine line) =>
        Write(line.Source.App, line.Source.Index, line.Source.Stderr, line.UnixNanos, line.Bytes.Span, line.Part);

    /// <summary>A line that was printed now, or word of lines that the daemon could not keep for us.</summary>
    /// <returns>False: nobody reads any more.</returns>
    public bool Write(LogLineView live)
    {
        if (live.Missed is not null)
        {
            if (_order.Json)
            {
                Json(live);
            }
            else
            {
                Note(live.Line);
            }

            return true;
        }

        var at = live.At is { } time ? (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100 : 0;
        var bytes = Encoding.UTF8.GetBytes(live.Line);
        return !_order.Filter.Wants(at, bytes) || Write(live.App, live.Index, live.Stream == "stderr", at, bytes, live.Part ?? 0);
    }

    /// <summary>A part of the past that is not there any more.</summary>
    public void Missing(string stream, MissingRange range)
    {
        if (range.Reason != "flushed" && !_order.Json && !_order.Raw && _order.Lines is null)
        {
            Note($"… {Humanize.Bytes(range.To - range.From)} of {Path.GetFileName(stream)} are not there any more ({range.Reason})");
        }
    }

    /// <summary>Prints what is held back.</summary>
    /// <returns>False: nobody reads any more.</returns>
    public bool Flush()
    {
        var went = _buffer.WrittenCount == 0 || Shell.Write(_shell.Output, _buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
        return went;
    }

    private bool Write(string app, int index, bool stderr, long unixNanos, ReadOnlySpan<byte> line, int part)
    {
        if (_order.Json)
        {
            Json(View(app, index, stderr, unixNanos, line, part));
        }
        else
        {
            if (_order.Times)
            {
                Text(Sgr.Paint(unixNanos == 0 ? "-".PadRight(23) : At(unixNanos).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture), Sgr.Dim, _color) + " ");
            }

            if (!_bare)
            {
                Text(LogLinePrefix.Render(app, index, stderr, _width, _color));
            }

            _buffer.Write(line);
            _buffer.Write("\n"u8);
        }

        return _buffer.WrittenCount < FlushBytes || Flush();
    }

    private static LogLineView View(string app, int index, bool stderr, long unixNanos, ReadOnlySpan<byte> line, int part)
    {
        var clean = PlainText.Clean(line);
        var (severity, text) = SeverityParser.Parse(clean);
        var fields = LineFields.Of(Encoding.UTF8.GetString(clean));
        return new()
        {
            App = app,
            Index = index,
            Stream = stderr ? "stderr" : "stdout",
            At = unixNanos == 0 ? null : At(unixNanos),
            Line = Encoding.UTF8.GetString(line),
            Severity = severity == 0 ? null : Severity.Band(severity),
            SeverityText = text,
            Part = part == 0 ? null : part,
            Message = fields.Message,
            Attributes = fields.Attributes,
            TraceId = fields.TraceId,
            SpanId = fields.SpanId,
        };
    }

    private void Json(LogLineView view)
    {
        using var json = new Utf8JsonWriter(_buffer);
        JsonSerializer.Serialize(json, view, ContractsJson.Default.LogLineView);
        json.Flush();
        _buffer.Write("\n"u8);
    }

    private void Note(string text) => Text(Sgr.Paint(text, Sgr.Dim, _color) + "\n");

    private void Text(string text) => Encoding.UTF8.GetBytes(text, _buffer);

    private static DateTimeOffset At(long unixNanos) => DateTimeOffset.UnixEpoch.AddTicks(unixNanos / 100);
}
