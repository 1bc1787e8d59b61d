using Pharos.Logs.Store;

namespace Pharos.Logs.History;

/// <summary>The wanted lines of one stream, oldest first, a bounded piece of them in memory.</summary>
internal sealed class StreamHistory : IDisposable
{
    private const int PieceLines = 512;
    private readonly LogReader _reader;
    private readonly Func<LogSource, bool> _wanted;
    private readonly LogFilter _filter;
    private readonly int _pieceBytes;
    private readonly Action<MissingRange> _missing;
    private readonly LinkedList<HistoryLine> _piece = [];
    private long _at;
    private long _to;
    private long _behind;
    private bool _done;

    public StreamHistory(string folder, LogReader reader, Func<LogSource, bool> wanted, LogFilter filter, int pieceBytes, Action<MissingRange> missing)
    {
        (Folder, _reader, _wanted, _filter, _pieceBytes, _missing) = (folder, reader, wanted, filter, pieceBytes, missing);
        _at = filter.Since is { } since ? reader.PositionAt(since) : reader.First;
        _to = reader.End;
    }

    /// <summary>Its folder in the store.</summary>
    public string Folder { get; }

    /// <summary>The oldest line that was not taken.</summary>
    /// <returns>Null: there is none (now).</returns>
    public HistoryLine? Peek()
    {
        if (_piece.Count == 0 && !_done)
            Fill();
        return _piece.First?.Value;
    }

    public HistoryLine Take()
    {
        var line = _piece.First!.Value;
        _piece.RemoveFirst();
        return line;
    }

    /// <summary>Lines that were read and not taken.</summary>
    public IEnumerable<HistoryLine> Held => _piece;

    public void Forget(HistoryLine line) => _piece.Remove(line);

    /// <summary>Reads on from where it stopped.</summary>
    /// <param name="to">Up to this position; null: to what is there now.</param>
    public void Again(long? to)
    {
        _done = false;
        _to = to ?? _reader.End;
    }

    /// <summary>Goes on behind the last wanted lines, and hands these out first.</summary>
    /// <param name="count">How many of each instance.</param>
    public void OnlyLast(int count)
    {
        var before = _filter.Until is { } until ? _reader.PositionAt(until) : _to;
        if (count <= 0)
            Last(0, 1, before); // where the last whole line ends
        // What is filtered is known only when it is read: look further back until there are enough, or nothing is left.
        for (var look = (long)count; count > 0; look *= 4)
        {
            var (found, read) = Last(count, (int)Math.Min(look, int.MaxValue), before);
            if (!_filter.LooksInside || found.Count >= count || read < look || look > int.MaxValue)
            {
                foreach (var line in found)
                    _piece.AddLast(line);
                break;
            }
        }

        _at = Math.Max(_at, _behind); // not the end: the line there may not be whole
    }

    public void Dispose() => _reader.Dispose();

    private (Queue<HistoryLine> Found, long Read) Last(int count, int look, long before)
    {
        Queue<HistoryLine> found = [];
        var read = 0L;
        _reader.ReadLast(look, before, _wanted, (in StoredLine line) =>
        {
            read++;
            _behind = Math.Max(_behind, line.Next);
            if (line.Position >= _at && _filter.Wants(line.UnixNanos, line.Bytes))
            {
                found.Enqueue(Keep(line));
                if (found.Count > count)
                    found.Dequeue();
            }

            return true;
        });
        return (found, read);
    }

    private void Fill()
    {
        var bytes = 0;
        do
        {
            if (_at >= _to)
            {
                _done = true;
                return;
            }

            var result = _reader.Read(
                _at,
                (in StoredLine line) =>
                {
                    if (line.UnixNanos >= _filter.Until || line.Position >= _to)
                    {
                        _done = true;
                        return false;
                    }

                    bytes += line.Bytes.Length;
                    if (_wanted(line.Source) && _filter.Wants(line.UnixNanos, line.Bytes))
                        _piece.AddLast(Keep(line));
                    return _piece.Count < PieceLines && bytes < _pieceBytes;
                },
                _missing);
            _done |= result.AtEnd || result.Next <= _at;
            _at = result.Next;
            bytes = 0;
        }
        while (_piece.Count == 0 && !_done);
    }

    private HistoryLine Keep(in StoredLine line) => new(Folder, line.Position, line.Next, line.Source, line.UnixNanos, line.Bytes.ToArray(), line.Part);
}
