using Pharos.Core.Ports;
using Pharos.Logs.Formats;
using Pharos.Logs.Rotation;

namespace Pharos.Logs.Store;

/// <summary>The writing end of one log file and its rotations. The pump's thread only.</summary>
/// <remarks>
/// A batch is noted in the index before its bytes are written, so that a daemon which is killed in between leaves an entry whose bytes are not all there. Whoever opens the
/// stream next settles that (<see cref="Settle"/>): verbatim bytes count as far as they came, a formatted batch counts whole or is cut off. From then on the
/// position behind the last entry says exactly what is in the file.
/// </remarks>
internal sealed partial class LogStream : IDisposable
{
    private const long LookEveryNanos = 1_000_000_000;

    private readonly ILogFiles _files;
    private readonly string _folder;
    private readonly Action<string> _say;
    private readonly Keeper _keeper;
    private readonly LineEncoder _encoder;
    private readonly ByteBuffer _buffer = new();
    private readonly LineChoice? _choice;
    private Catalog _catalog;
    private IAppendFile? _file;
    private SegmentIndex? _index;
    private long _entries;
    private long _length;
    private long _lookedAt;
    private long _due;

    public LogStream(ILogFiles files, string folder, StreamOptions options, Keeper keeper, Action<string> say)
    {
        _files = files;
        _folder = folder;
        _say = say;
        _keeper = keeper;
        Options = options;
        _encoder = new LineEncoder(options.Layout, options.Time is { } time ? new TimeFormat(time) : null, options.MaxLine);
        _choice = options.ErrorsOnly ? line => SeverityBand.Of(line) >= SeverityBand.Error : null;
        _catalog = Catalog.Load(folder) is { } known && known.Path == options.Path ? known : new Catalog { Path = options.Path };
        _catalog = _catalog with { Copy = options.Copy };
        End = Settle();
    }

    public StreamOptions Options { get; }

    public string Folder => _folder;

    /// <summary>Position behind the last byte.</summary>
    public long End { get; private set; }

    /// <summary>What is in the file ends within a line that may go on.</summary>
    public bool MidLine { get; private set; }

    /// <summary>A new file is to be begun as soon as a line ends.</summary>
    public bool WantsLineEnd => _due != 0 && MidLine;

    /// <summary>Only whole lines can be written.</summary>
    public bool NeedsLines => Options.Layout != LogLayout.Verbatim || _choice is not null;

    /// <summary>Makes sure that the file is there, is ours, and is not over its limits.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public void Ready(long now)
    {
        if (_file is null)
            Open(now);
        LookAround(now);
        if (_due == 0 && Due(now))
            _due = now;
        if (_due != 0 && !MidLine)
            Rotate(now);
    }

    /// <summary>Makes of the app's bytes what the file is to get.</summary>
    /// <param name="raw">The bytes: whole lines where <see cref="NeedsLines"/> says so.</param>
    /// <param name="now">When they were read.</param>
    /// <param name="source">Whose.</param>
    /// <param name="open">What stands behind the last newline goes on.</param>
    /// <returns>How many of the bytes are in it, and how many the file gets.</returns>
    public Batch Prepare(ReadOnlySpan<byte> raw, long now, LogSource source, bool open)
    {
        var number = NumberOf(source);
        if (!NeedsLines)
            return new Batch(new IndexEntry(End, _length, now, raw.Length, raw.Length, number, 0, EntryFlags.None));
        _buffer.Clear();
        var prefix = _encoder.Encode(raw, now, source, _choice, open, _buffer, out var kept);
        var ends = !open && kept > 0 && raw[^1] != (byte)'\n' && (_choice is null || _choice(raw[(raw.LastIndexOf((byte)'\n') + 1)..]));
        return new Batch(new IndexEntry(End, _length, now, kept, _buffer.Length, number, (ushort)Math.Min(prefix, ushort.MaxValue), ends ? EntryFlags.LineEnds : EntryFlags.None));
    }

    /// <summary>Writes what was prepared.</summary>
    /// <param name="batch">It.</param>
    /// <param name="raw">The app's bytes.</param>
    /// <returns>Bytes of the app that are in the file now: all, or, where the disk is full, fewer; none of a formatted batch.</returns>
    public int Write(in Batch batch, ReadOnlySpan<byte> raw)
    {
        var entry = batch.Entry;
        if (entry.FileBytes == 0)
            return raw.Length;
        var bytes = NeedsLines ? _buffer.Written : raw;
        _index!.Put(_entries, entry);
        var written = 0;
        try
        {
            written = _file!.Write(bytes);
        }
        finally
        {
            if (written < bytes.Length && (NeedsLines || written == 0))
                Undo(entry, written);
        }

        if (written < bytes.Length && (NeedsLines || written == 0))
            return 0;
        if (written < bytes.Length)
            _index.Put(_entries, entry with { RawBytes = written, FileBytes = written });
        _entries++;
        _length += written;
        End += NeedsLines ? entry.RawBytes : written;
        MidLine = !NeedsLines && bytes[written - 1] != (byte)'\n';
        return NeedsLines ? raw.Length : written;
    }

    /// <summary>Takes the last batch back: another file of the same output could not take it.</summary>
    /// <param name="batch">It.</param>
    public void TakeBack(in Batch batch)
    {
        if (batch.Entry.FileBytes == 0 || _index is null || _entries == 0 || _index[_entries - 1].Position != batch.Entry.Position)
            return;
        _entries--;
        End = batch.Entry.Position;
        Undo(batch.Entry, 1);
        _length = batch.Entry.Offset;
    }

    /// <summary>The process is gone: a line that waits for its newline is over.</summary>
    public void EndLine(long now, LogSource source)
    {
        if (!MidLine || _index is null)
            return;
        _index.Put(_entries++, new IndexEntry(End, _length, now, 0, 0, NumberOf(source), 0, EntryFlags.LineEnds));
        MidLine = false;
    }

    /// <summary>A new process begins to write: what the one before left without a newline gets one in the file, so that the two do not become one line.</summary>
    /// <returns>False: the disk is full.</returns>
    public bool BeginLine(long now)
    {
        Ready(now);
        if (NeedsLines || _length == 0 || LastByte() == (byte)'\n')
            return true;
        _file!.Write("\n"u8);
        var grown = _file.Length;
        var done = grown > _length;
        _length = grown;
        MidLine &= !done;
        return done;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _index?.Dispose();
        _file = null;
        _index = null;
    }

    private ushort NumberOf(LogSource source)
    {
        for (var i = 0; i < _catalog.Sources.Count; i++)
        {
            if (_catalog.Sources[i] == source)
                return (ushort)i;
        }

        if (_catalog.Sources.Count >= ushort.MaxValue)
            return ushort.MaxValue - 1;
        Save(_catalog with { Sources = [.. _catalog.Sources, source] });
        return (ushort)(_catalog.Sources.Count - 1);
    }

    private void Undo(in IndexEntry entry, int written)
    {
        _index!.Truncate(_entries);
        if (written > 0)
            _file!.Truncate(entry.Offset);
    }

    private void Save(Catalog catalog)
    {
        Directory.CreateDirectory(_folder);
        catalog.Save(_folder);
        _catalog = catalog;
    }
}

/// <summary>What one write will do.</summary>
/// <param name="Entry">Its entry in the index.</param>
internal readonly record struct Batch(IndexEntry Entry);
