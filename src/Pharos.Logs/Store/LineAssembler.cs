using Pharos.Logs.Formats;

namespace Pharos.Logs.Store;

/// <summary>Puts the lines of a segment together from its bytes: undoes the format, and knows the position of each.</summary>
internal sealed class LineAssembler
{
    private readonly ByteBuffer _held = new();
    private readonly ByteBuffer _scratch = new();
    private Segment _segment = null!;
    private IReadOnlyList<LogSource> _sources = [];
    private LineTaker _take = null!;
    private IndexEntry _entry;
    private long _from;
    private long _position; // of the next byte of the app
    private long _start; // of the line that is held
    private long _startNanos;
    private int _part;

    /// <summary>Position behind the last line that was handed out.</summary>
    public long Next { get; private set; }

    public void Begin(Segment segment, IReadOnlyList<LogSource> sources, long from, LineTaker take)
    {
        _segment = segment;
        _sources = sources;
        _take = take;
        _from = from;
        _part = 0;
        _held.Clear();
        _position = Next = from;
    }

    /// <summary>Begins a batch. What somebody else put into the file before it is not of the stream.</summary>
    public void Enter(in IndexEntry entry)
    {
        _entry = entry;
        if (_segment.Layout != LogLayout.Verbatim)
        {
            _position = entry.Position;
            _held.Clear();
        }
        else if (entry.Position > _position)
        {
            _position = entry.Position;
        }
    }

    /// <returns>False: enough.</returns>
    public bool Push(ReadOnlySpan<byte> bytes, bool last) => _segment.Layout == LogLayout.Verbatim ? Verbatim(bytes) : Formatted(bytes, last);

    /// <summary>The line ends here, with or without a newline.</summary>
    /// <returns>False: enough.</returns>
    public bool Flush()
    {
        if (_held.Length == 0 && _part == 0)
            return true;
        var go = _held.Length == 0 || Emit(_held.Written, _position, more: false);
        _held.Clear();
        _part = 0;
        return go;
    }

    private bool Verbatim(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_held.Length == 0)
                (_start, _startNanos) = (_position, _entry.UnixNanos);
            var room = _segment.MaxLine - _held.Length;
            var newline = bytes[..(int)Math.Min(bytes.Length, (long)room + 1)].IndexOf((byte)'\n');
            if (newline < 0 && bytes.Length <= room)
            {
                _held.Add(bytes);
                _position += bytes.Length;
                return true;
            }

            var length = newline >= 0 ? newline : room;
            var more = newline < 0;
            var line = bytes[..length];
            if (_held.Length > 0)
            {
                _held.Add(line);
                line = _held.Written;
            }

            var used = length + (more ? 0 : 1);
            _position += used;
            bytes = bytes[used..];
            var go = Emit(line, _position, more);
            _held.Clear();
            if (!go)
                return false;
        }

        return true;
    }

    private bool Formatted(ReadOnlySpan<byte> bytes, bool last)
    {
        while (!bytes.IsEmpty)
        {
            var newline = bytes.IndexOf((byte)'\n');
            if (newline < 0)
            {
                _held.Add(bytes);
                return true;
            }

            var line = bytes[..newline];
            bytes = bytes[(newline + 1)..];
            if (_held.Length > 0)
            {
                _held.Add(line);
                line = _held.Written;
            }

            var raw = LineDecoder.Decode(_segment.Layout, line, _entry.Prefix, _segment.MaxLine, _scratch, out var more);
            _held.Clear();
            var unterminated = more || (last && bytes.IsEmpty && _entry.Flags.HasFlag(EntryFlags.LineEnds));
            (_start, _startNanos) = (_position, _entry.UnixNanos);
            _position += raw.Length + (unterminated ? 0 : 1);
            if (_start < _from)
            {
                _part = 0;
                continue;
            }

            if (!Emit(raw, _position, more))
                return false;
        }

        return true;
    }

    private bool Emit(ReadOnlySpan<byte> line, long next, bool more)
    {
        var part = more || _part > 0 ? ++_part : 0;
        if (!more)
            _part = 0;
        Next = next;
        return _take(new StoredLine
        {
            Position = _start,
            Next = next,
            UnixNanos = _startNanos,
            Source = _entry.Source < _sources.Count ? _sources[_entry.Source] : default,
            Bytes = line,
            Part = part,
        });
    }
}
