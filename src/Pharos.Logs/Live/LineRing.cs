namespace Pharos.Logs.Live;

/// <summary>The last lines of one instance, bounded in count and in bytes.</summary>
internal sealed class LineRing(int maxLines, int maxBytes)
{
    private readonly Queue<LogLine> _lines = new();
    private int _bytes;

    public void Add(LogLine line)
    {
        _lines.Enqueue(line);
        _bytes += line.Bytes.Length;
        while (_lines.Count > maxLines || (_bytes > maxBytes && _lines.Count > 1))
            _bytes -= _lines.Dequeue().Bytes.Length;
    }

    public IEnumerable<LogLine> Last(int count, Func<LogLine, bool>? where = null)
    {
        var all = where is null ? _lines : (IEnumerable<LogLine>)_lines.Where(where).ToList();
        return all.Skip(Math.Max(0, all.Count() - count));
    }
}
