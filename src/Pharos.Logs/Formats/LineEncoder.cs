using System.Buffers.Text;
using Pharos.Logs.Store;

namespace Pharos.Logs.Formats;

/// <summary>Puts an app's lines into the form of its log file. <see cref="LineDecoder"/> takes it away again.</summary>
/// <param name="layout">The format.</param>
/// <param name="time">How times are written; null: the text format has none, the others ISO 8601.</param>
/// <param name="maxLine">Longest line, bytes.</param>
internal sealed class LineEncoder(LogLayout layout, TimeFormat? time, int maxLine)
{
    private readonly TimeFormat? _time = time ?? (layout is LogLayout.Text or LogLayout.Verbatim ? null : new TimeFormat(layout == LogLayout.Console ? "YYYY-MM-DD HH:mm:ss.SSS" : TimeFormat.Iso));
    private readonly ByteBuffer _prefix = new();

    /// <summary>Encodes whole lines, and what stands behind the last newline when its process is gone.</summary>
    /// <param name="raw">The app's bytes.</param>
    /// <param name="unixNanos">When they were read: the time of all of them.</param>
    /// <param name="source">Whose.</param>
    /// <param name="keep">Which lines; null: all.</param>
    /// <param name="open">What stands behind the last newline is part of a line that goes on.</param>
    /// <param name="to">Where to.</param>
    /// <param name="kept">Bytes of the app that are in there.</param>
    /// <returns>Bytes before each line, where they are equally many; 0 otherwise.</returns>
    public int Encode(ReadOnlySpan<byte> raw, long unixNanos, LogSource source, LineChoice? keep, bool open, ByteBuffer to, out int kept)
    {
        kept = 0;
        var stamp = _time is null ? default : _time.Render(unixNanos);
        Prefix(stamp, source);
        if (layout == LogLayout.Text && keep is null)
        {
            kept = WholeLines(raw, to);
            raw = raw[kept..];
        }

        while (!raw.IsEmpty)
        {
            var newline = raw[..(int)Math.Min(raw.Length, (long)maxLine + 1)].IndexOf((byte)'\n');
            var more = newline < 0 && (raw.Length > maxLine || open);
            var length = newline >= 0 ? newline : Math.Min(raw.Length, maxLine);
            var line = raw[..length];
            var used = length + (newline >= 0 ? 1 : 0);
            raw = raw[used..];
            if (keep is not null && !keep(line))
                continue;
            kept += used;
            One(line, more, stamp, source, to);
        }

        return layout switch
        {
            LogLayout.Text => _prefix.Length,
            LogLayout.Console => _prefix.Length + ConsoleLevelBytes,
            LogLayout.Verbatim or LogLayout.Json or LogLayout.Pm2Json or LogLayout.Logfmt or LogLayout.Delimiter => 0,
        };
    }

    /// <summary>The usual case, a time before each line, with as little as possible to do per line: leading whole lines, up to one that has to be cut.</summary>
    /// <returns>Bytes of the app that are in there.</returns>
    private int WholeLines(ReadOnlySpan<byte> raw, ByteBuffer to)
    {
        var prefix = _prefix.Written;
        var room = to.Room(raw.Length + (raw.Count((byte)'\n') * prefix.Length));
        var (read, written) = (0, 0);
        while (raw[read..].IndexOf((byte)'\n') is >= 0 and var length && length <= maxLine)
        {
            prefix.CopyTo(room[written..]);
            written += prefix.Length;
            raw.Slice(read, length + 1).CopyTo(room[written..]);
            written += length + 1;
            read += length + 1;
        }

        to.Advance(written);
        return read;
    }

    private const int ConsoleLevelBytes = 8;

    private void Prefix(ReadOnlySpan<byte> stamp, LogSource source)
    {
        _prefix.Clear();
        if (layout == LogLayout.Text && !stamp.IsEmpty)
        {
            _prefix.Add(stamp);
            _prefix.Add(": "u8);
        }
        else if (layout == LogLayout.Delimiter)
        {
            foreach (var one in stamp)
                _prefix.Add(one == (byte)'|' ? (byte)'/' : one); // a bar would be a column
        }
        else if (layout == LogLayout.Console)
        {
            _prefix.Add(stamp);
            _prefix.Add((byte)' ');
            Text(_prefix, source.App);
            _prefix.Add((byte)':');
            _prefix.Add(source.Index);
            _prefix.Add(source.Stderr ? " err "u8 : " out "u8);
        }
    }

    private void One(ReadOnlySpan<byte> line, bool more, ReadOnlySpan<byte> stamp, LogSource source, ByteBuffer to)
    {
        switch (layout)
        {
            case LogLayout.Text or LogLayout.Verbatim:
                to.Add(_prefix.Written);
                Payload(line, more, to);
                break;
            case LogLayout.Console:
                to.Add(_prefix.Written);
                to.Add(Words.Padded(SeverityBand.Of(line)));
                Payload(line, more, to);
                break;
            case LogLayout.Delimiter:
                to.Add(_prefix.Written);
                to.Add((byte)'|');
                to.Add(Words.Of(SeverityBand.Of(line)));
                to.Add((byte)'|');
                Text(to, source.App);
                to.Add((byte)'|');
                to.Add(source.Index);
                to.Add(source.Stderr ? "|stderr|"u8 : "|stdout|"u8);
                Payload(line, more, to);
                break;
            case LogLayout.Logfmt:
                to.Add("time="u8);
                Value(stamp, to);
                if (SeverityBand.Of(line) is > 0 and var band)
                {
                    to.Add(" level="u8);
                    to.Add(Words.Of(band));
                }

                to.Add(" app="u8);
                Text(to, source.App);
                to.Add(" instance="u8);
                to.Add(source.Index);
                to.Add(source.Stderr ? " stream=stderr msg="u8 : " stream=stdout msg="u8);
                Quoted(line, more, to, rawBytes: true);
                break;
            case LogLayout.Json or LogLayout.Pm2Json:
                Json(line, more, stamp, source, to);
                break;
        }

        to.Add((byte)'\n');
    }

    private void Json(ReadOnlySpan<byte> line, bool more, ReadOnlySpan<byte> stamp, LogSource source, ByteBuffer to)
    {
        to.Add((byte)'{');
        if (!Escapes.IsPlainText(line))
        {
            // What is no text cannot stand in a JSON string: the bytes are there as well, for whoever needs them as they were.
            to.Add("\"raw\":\""u8);
            var bytes = more ? [.. line, .. LineDecoder.Mark] : line;
            Base64.EncodeToUtf8(bytes, to.Room(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
            to.Advance(written);
            to.Add("\","u8);
        }

        to.Add("\"message\":"u8);
        Quoted(line, more, to, rawBytes: false);
        to.Add(",\"timestamp\":"u8);
        Escapes.Quote(stamp, to, rawBytes: false);
        if (layout == LogLayout.Pm2Json)
        {
            to.Add(source.Stderr ? ",\"type\":\"err\",\"process_id\":"u8 : ",\"type\":\"out\",\"process_id\":"u8);
            to.Add(source.Index);
            to.Add(",\"app_name\":\""u8);
            Text(to, source.App);
            to.Add("\"}"u8);
            return;
        }

        if (SeverityBand.Of(line) is > 0 and var band)
        {
            to.Add(",\"level\":\""u8);
            to.Add(Words.Of(band));
            to.Add((byte)'"');
        }

        to.Add(",\"app\":\""u8);
        Text(to, source.App);
        to.Add("\",\"instance\":"u8);
        to.Add(source.Index);
        to.Add(source.Stderr ? ",\"stream\":\"stderr\"}"u8 : ",\"stream\":\"stdout\"}"u8);
    }

    private static void Payload(ReadOnlySpan<byte> line, bool more, ByteBuffer to)
    {
        to.Add(line);
        if (more)
            to.Add(LineDecoder.Mark);
    }

    private static void Quoted(ReadOnlySpan<byte> line, bool more, ByteBuffer to, bool rawBytes) =>
        Escapes.Quote(more ? [.. line, .. LineDecoder.Mark] : line, to, rawBytes);

    private static void Value(ReadOnlySpan<byte> value, ByteBuffer to)
    {
        if (value.IndexOfAny(" \"=\\"u8) >= 0)
            Escapes.Quote(value, to, rawBytes: false);
        else
            to.Add(value);
    }

    private static void Text(ByteBuffer to, string text) => to.Advance(System.Text.Encoding.UTF8.GetBytes(text, to.Room(text.Length * 3)));

    /// <summary>Words for bands of severity.</summary>
    private static class Words
    {
        public static ReadOnlySpan<byte> Of(int band) => band switch
        {
            1 => "trace"u8,
            2 => "debug"u8,
            3 => "info"u8,
            4 => "warn"u8,
            5 => "error"u8,
            6 => "fatal"u8,
            _ => ""u8,
        };

        /// <summary>In brackets, 8 bytes.</summary>
        public static ReadOnlySpan<byte> Padded(int band) => band switch
        {
            1 => "[trace] "u8,
            2 => "[debug] "u8,
            3 => "[info]  "u8,
            4 => "[warn]  "u8,
            5 => "[error] "u8,
            6 => "[fatal] "u8,
            _ => "        "u8,
        };
    }
}

/// <summary>Whether a line goes into a file.</summary>
/// <param name="line">The line.</param>
internal delegate bool LineChoice(ReadOnlySpan<byte> line);
