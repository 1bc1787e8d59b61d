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
    private LineEncoder _encoder = null!;
    private LineChoice? _choice;
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
        _catalog = Catalog.Load(folder) is { } known && known.Path == options.Path ? known : new Catalog { Path = options.Path };
        Id = LogStore.IdOf(options.Path);
        End = Settle();
        Apply(options);
    }

    public StreamOptions Options { get; private set; } = null!;

    public string Folder => _folder;

    /// <summary>Short for its path.</summary>
    public uint Id { get; }

    /// <summary>Position behind the last byte.</summary>
    public long End { get; private set; }

    /// <summary>What is in the file ends within a line that may go on.</summary>
    public bool MidLine { get; private set; }

    /// <summary>A new file is to be begun as soon as a line ends.</summary>
    public bool WantsLineEnd => _due != 0 && MidLine;

    /// <summary>Only whole lines can be written.</summary>
    public bool NeedsLines => Options.Layout != LogLayout.Verbatim || _choice is not null;

    /// <summary>Goes on by other options. A file has one format: with another one a new file is begun.</summary>
    public void Apply(StreamOptions options)
    {
        Options = options;
        _encoder = new LineEncoder(options.Layout, options.Time is { } time ? new TimeFormat(time) : null, options.MaxLine);
        _choice = options.ErrorsOnly ? line => SeverityBand.Of(line) >= SeverityBand.Error : null;
        _catalog = _catalog with { Copy = options.Copy };
        if (_file is not null && Active is { } active && (active.Layout != options.Layout || active.MaxLine != options.MaxLine))
            (_due, MidLine) = (1, false);
    }

    /// <summary>Makes sure that the file is there, is ours, and is not over its limits.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public void Ready(long now)
    {
        if (_file is null)
            Open(now);
        LookAround(now);
        if (_due == 0 && Due(now))
            _due = now;
        if (_due != 0 && (!MidLine || _length >= (2 * Options.Rotation.SizeBytes) + Options.MaxLine))
            Rotate(now); // a line without end does not hold it back for ever
    }

    /// <summary>Makes of the app's bytes what the file is to get. The file is opened for it when there is anything to write.</summary>
    /// <param name="raw">The bytes: whole lines where <see cref="NeedsLines"/> says so.</param>
    /// <param name="now">When they were read.</param>
    /// <param name="source">Whose.</param>
    /// <param name="open">What stands behind the last newline goes on.</param>
    /// <param name="scratch">Memory, until it is written.</param>
    /// <returns>What is to be written.</returns>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public Batch Prepare(ReadOnlySpan<byte> raw, long now, LogSource source, bool open, ByteBuffer scratch)
    {
        if (!NeedsLines)
        {
            Ready(now);
            return new Batch(new IndexEntry(End, _length, now, raw.Length, raw.Length, NumberOf(source), 0, EntryFlags.None), null);
        }

        scratch.Clear();
        var prefix = _encoder.Encode(raw, now, source, _choice, open, scratch, out var kept);
        if (kept == 0)
            return new Batch(new IndexEntry(End, 0, now, 0, 0, 0, 0, EntryFlags.None), scratch);
        Ready(now);
        var ends = !open && raw[^1] != (byte)'\n' && (_choice is null || _choice(raw[(raw.LastIndexOf((byte)'\n') + 1)..]));
        return new Batch(new IndexEntry(End, _length, now, kept, scratch.Length, NumberOf(source), (ushort)Math.Min(prefix, ushort.MaxValue), ends ? EntryFlags.LineEnds : EntryFlags.None), scratch)
        {
            Open = open && raw[^1] != (byte)'\n',
        };
    }

    /// <summary>Writes what was prepared.</summary>
    /// <param name="batch">It.</param>
    /// <param name="raw">The app's bytes.</param>
    /// <returns>Bytes of the app that are in the file now: all, or, where the disk is full, fewer; none of a formatted batch.</returns>
    /// <exception cref="IOException">The write failed; nothing of it is in the file.</exception>
    public int Write(in Batch batch, ReadOnlySpan<byte> raw)
    {
        var entry = batch.Entry;
        if (entry.FileBytes == 0)
            return raw.Length;
        var bytes = batch.Formatted is { } formatted ? formatted.Written : raw;
        _index!.Put(_entries, entry);
        var written = -1;
        try
        {
            written = _file!.Write(bytes);
        }
        finally
        {
            if (written < bytes.Length && (batch.Formatted is not null || written <= 0))
                Undo(entry);
        }

        if (written < bytes.Length && (batch.Formatted is not null || written == 0))
            return 0;
        if (written < bytes.Length)
            _index.Put(_entries, entry with { RawBytes = written, FileBytes = written });
        _entries++;
        _length += written;
        End += batch.Formatted is not null ? entry.RawBytes : written;
        MidLine = batch.Formatted is null ? bytes[written - 1] != (byte)'\n' : batch.Open;
        return batch.Formatted is not null ? raw.Length : written;
    }

    /// <summary>Takes the last batch back: another file of the same output could not take it.</summary>
    /// <param name="batch">It.</param>
    public void TakeBack(in Batch batch)
    {
        if (batch.Entry.FileBytes == 0 || _index is null || _entries == 0 || _index[_entries - 1].Position != batch.Entry.Position)
            return;
        _entries--;
        End = batch.Entry.Position;
        Undo(batch.Entry);
        _length = batch.Entry.Offset;
    }

    /// <summary>Takes the last batch back when it is the one that began at a position: a daemon was killed before another file of the same output had it.</summary>
    public void TakeBack(long position, long now)
    {
        if (_file is null)
            Open(now); // not Ready: a rotation would put the batch out of reach
        if (_entries > 0 && _index is not null && _index[_entries - 1] is var last && last.Position == position)
            TakeBack(new Batch(last, null));
    }

    /// <summary>The process is gone: a line that waits for its newline is over.</summary>
    public void EndLine(long now, LogSource source)
    {
        if (NeedsLines || Active is null)
        {
            MidLine = false;
            return;
        }

        Ready(now);
        if (!MidLine)
            return;
        _index!.Put(_entries++, new IndexEntry(End, _length, now, 0, 0, NumberOf(source), 0, EntryFlags.LineEnds));
        MidLine = false;
    }

    /// <summary>A new process begins to write: what the one before left without a newline gets one in the file, so that the two do not become one line.</summary>
    /// <returns>False: the disk is full.</returns>
    public bool BeginLine(long now)
    {
        if (NeedsLines)
            return true;
        Ready(now);
        if (_length == 0 || LastByte() == (byte)'\n')
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

    private void Undo(in IndexEntry entry)
    {
        _index!.Truncate(_entries);
        if (_file!.Length > entry.Offset)
            _file.Truncate(entry.Offset);
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
/// <param name="Formatted">The bytes for the file; null: they are the app's.</param>
internal readonly record struct Batch(IndexEntry Entry, ByteBuffer? Formatted)
{
    /// <summary>It ends with a part of an over-long line that goes on.</summary>
    public bool Open { get; init; }
}
