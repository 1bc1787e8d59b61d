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
    private readonly Dictionary<ushort, int> _parts = []; // of sources in the midst of an over-long line: in a shared file they take turns

    /// <summary>Position behind the last line that was handed out.</summary>
    public long Next { get; private set; }

    /// <summary>A new read begins: what the last one left is read again.</summary>
    public void Restart()
    {
        _held.Clear();
        _position = -1;
    }

    /// <summary>A line that has no end yet goes on at this position.</summary>
    public bool GoesOn(long from) => _held.Length > 0 && _position == from;

    /// <summary>Begins a segment. A line may go on over the end of the one before.</summary>
    /// <returns>False: enough.</returns>
    public bool Begin(Segment segment, IReadOnlyList<LogSource> sources, long from, LineTaker take)
    {
        var go = true;
        _take = take;
        if (!(GoesOn(from) && segment.Layout == LogLayout.Verbatim && segment.MaxLine == _segment.MaxLine))
        {
            go = Flush();
            if (Next != from)
                _parts.Clear();
            if (go)
                Next = from;
        }

        _segment = segment;
        _sources = sources;
        _from = from;
        _position = from;
        return go;
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
        var go = _held.Length == 0 || Emit(_held.Written, _position, more: false);
        _held.Clear();
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
                continue;
            if (!Emit(raw, _position, more))
                return false;
        }

        return true;
    }

    private bool Emit(ReadOnlySpan<byte> line, long next, bool more)
    {
        var part = _parts.GetValueOrDefault(_entry.Source);
        if (more || part > 0)
            part++;
        if (more)
            _parts[_entry.Source] = part;
        else
            _parts.Remove(_entry.Source);
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
