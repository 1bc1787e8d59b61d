using Pharos.Core.Ports;
using Pharos.Logs.Store;

namespace Pharos.Logs.History;

/// <summary>The output of many instances as one sequence in the order of time, over rotated and compressed files. In bounded memory, and in any process: who asks pays.</summary>
public sealed class LogHistory : IDisposable
{
    private const int MemoryBytes = 8 * 1024 * 1024;
    private readonly List<StreamHistory> _streams = [];
    private readonly PriorityQueue<StreamHistory, (long At, int Order)> _next = new();

    /// <param name="files">How files are looked at.</param>
    /// <param name="folders">The streams' folders in the store.</param>
    /// <param name="wanted">Whose output.</param>
    /// <param name="filter">Which lines.</param>
    /// <param name="missing">Is told of what is not there any more: the stream's folder, and which part.</param>
    public LogHistory(ILogFiles files, IReadOnlyList<string> folders, Func<LogSource, bool> wanted, LogFilter filter, Action<string, MissingRange> missing)
    {
        var piece = Math.Clamp(MemoryBytes / Math.Max(1, folders.Count), 4096, 256 * 1024);
        foreach (var folder in folders)
        {
            _streams.Add(new StreamHistory(folder, new LogReader(files, folder), wanted, filter, piece, range => missing(folder, range)));
        }
    }

    /// <summary>Begins with the last lines of each instance, in place of the first.</summary>
    /// <param name="count">How many of each.</param>
    public void OnlyLast(int count)
    {
        foreach (var stream in _streams)
            stream.OnlyLast(count);
        // stdout and stderr of one instance lie in two streams, and the last lines of both are wanted together.
        Dictionary<(string, int), int> left = [];
        foreach (var line in _streams.SelectMany(s => s.Held))
            left[(line.Source.App, line.Source.Index)] = left.GetValueOrDefault((line.Source.App, line.Source.Index)) + 1;
        Dictionary<(string, int), int> skip = left.ToDictionary(l => l.Key, l => Math.Max(0, l.Value - count));
        foreach (var line in _streams.SelectMany(s => s.Held).OrderBy(l => l.UnixNanos).ToList())
        {
            var key = (line.Source.App, line.Source.Index);
            if (skip[key] <= 0)
                continue;
            skip[key]--;
            _streams.First(s => s.Folder == line.Stream).Forget(line);
        }
    }

    /// <summary>The lines that are there, oldest first. Enumerated again, it goes on with what was added since.</summary>
    /// <param name="upTo">Positions by folder; where there is none, and when null, up to what is there now.</param>
    public IEnumerable<HistoryLine> Read(IReadOnlyDictionary<string, long>? upTo = null)
    {
        _next.Clear();
        for (var i = 0; i < _streams.Count; i++)
        {
            _streams[i].Again(upTo is not null && upTo.TryGetValue(_streams[i].Folder, out var to) ? to : null);
            if (_streams[i].Peek() is { } first)
                _next.Enqueue(_streams[i], (first.UnixNanos, i));
        }

        while (_next.TryDequeue(out var stream, out var place))
        {
            yield return stream.Take();
            if (stream.Peek() is { } line)
                _next.Enqueue(stream, (line.UnixNanos, place.Order));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var stream in _streams)
            stream.Dispose();
    }
}
