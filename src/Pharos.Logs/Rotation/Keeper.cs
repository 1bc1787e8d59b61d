using System.Collections.Concurrent;
using System.IO.Compression;
using Pharos.Core.Ports;
using Pharos.Core.Specs.Logs;
using Pharos.Logs.Store;

namespace Pharos.Logs.Rotation;

/// <summary>Looks after rotated files: compresses them one after the other on a thread that lets others go first, and deletes what is over the caps.</summary>
/// <remarks>A compressed file gets its name when it is whole; the catalogue is told by the pump's thread; only then the plain one goes. Whenever the daemon is killed, one of the two is
/// there and the catalogue names it.</remarks>
internal sealed class Keeper : IDisposable
{
    private readonly ILogFiles _files;
    private readonly Func<string, IEnumerable<LogStream>> _streamsOf;
    private readonly Action<string> _say;
    private readonly BlockingCollection<(LogStream Stream, Segment Segment)> _jobs = [];
    private readonly HashSet<(string, int)> _known = []; // pump's thread only
    private readonly Lock _starting = new(); // guards _thread
    private Thread? _thread;

    /// <param name="files">How files are looked at.</param>
    /// <param name="streamsOf">All streams of an app.</param>
    /// <param name="say">Takes a line for the daemon's log.</param>
    public Keeper(ILogFiles files, Func<string, IEnumerable<LogStream>> streamsOf, Action<string> say)
    {
        _files = files;
        _streamsOf = streamsOf;
        _say = say;
    }

    /// <summary>Runs something on the pump's thread. The pump sets it.</summary>
    public Action<Action> Order { get; set; } = order => order();

    /// <summary>Told, on the pump's thread, before a rotated file is deleted: the stream's folder, and from where to where. Set by the store.</summary>
    public Action<string, long, long>? Removing { get; set; }

    /// <summary>Compresses every rotated file of a stream that is not yet.</summary>
    public void CompressAll(LogStream stream)
    {
        if (stream.Options.Rotation.Compression == LogCompression.None)
            return;
        foreach (var segment in stream.Closed)
        {
            if (segment.Compression == SegmentCompression.None && _known.Add((stream.Folder, segment.Number)))
                Enqueue(stream, segment);
        }
    }

    /// <summary>Deletes the oldest rotated files of an app until it is within its caps.</summary>
    /// <param name="group">The app.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public void Prune(string group, long now)
    {
        var streams = _streamsOf(group).ToList();
        foreach (var stream in streams)
        {
            var rotation = stream.Options.Rotation;
            if (!rotation.Enabled)
                continue;
            var closed = stream.Closed.ToList();
            var over = rotation.Keep > 0 ? closed.Count - rotation.Keep : 0;
            for (var i = 0; i < closed.Count; i++)
            {
                if (i < over || (rotation.Age is { } age && now - closed[i].ClosedUnixNanos > age.Ticks * 100))
                    Delete(stream, closed[i]);
            }
        }

        var total = streams.Sum(s => s.StoredBytes);
        var limit = streams.Where(s => s.Options.Rotation.Enabled).Select(s => s.Options.Rotation.TotalBytes).DefaultIfEmpty(long.MaxValue).Min();
        foreach (var (stream, segment) in streams.Where(s => s.Options.Rotation.Enabled).SelectMany(s => s.Closed.Select(c => (s, c))).OrderBy(x => x.c.ClosedUnixNanos).ToList())
        {
            if (total <= limit)
                return;
            total -= segment.StoredBytes ?? 0;
            Delete(stream, segment);
        }
    }

    private void Delete(LogStream stream, Segment segment)
    {
        if (segment.End is { } end)
            Removing?.Invoke(stream.Folder, segment.First, end);
        stream.Remove(segment, "rotated");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _jobs.CompleteAdding();
        _thread?.Join(TimeSpan.FromSeconds(2)); // a daemon does not wait for a big file: the next one compresses it
    }

    private void Enqueue(LogStream stream, Segment segment)
    {
        if (_jobs.IsAddingCompleted)
            return;
        _jobs.Add((stream, segment));
        lock (_starting)
        {
            if (_thread is not null)
                return;
            _thread = new Thread(Work) { IsBackground = true, Name = "log-keeper" };
            _thread.Start();
        }
    }

    private void Work()
    {
        _files.LetOthersGoFirst();
        foreach (var (stream, segment) in _jobs.GetConsumingEnumerable())
        {
            if (_jobs.IsAddingCompleted)
                return;
            try
            {
                var compression = stream.Options.Rotation.Compression == LogCompression.Zstd ? SegmentCompression.Zstd : SegmentCompression.Gzip;
                var path = segment.Path + (compression == SegmentCompression.Zstd ? ".zst" : ".gz");
                Compress(segment.Path, path, compression);
                Order(() => stream.Compressed(segment.Number, path, compression));
            }
            catch (FileNotFoundException)
            {
                // Deleted meanwhile: over the caps, or by hand.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _say($"cannot compress {segment.Path}: {e.Message}; it stays as it is");
            }
        }
    }

    private static void Compress(string from, string to, SegmentCompression compression)
    {
        using var plain = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        try
        {
            using (var file = new FileStream(to + ".tmp", FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1))
            {
                File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(plain.SafeFileHandle));
                using Stream packed = compression == SegmentCompression.Zstd ? new ZstdSharp.CompressionStream(file, level: 3, leaveOpen: true) : new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
                plain.CopyTo(packed, 128 * 1024);
            }

            File.Move(to + ".tmp", to, overwrite: true);
        }
        catch
        {
            File.Delete(to + ".tmp");
            throw;
        }
    }
}
