using Pharos.Core.Ports;
using Pharos.Logs.Formats;

namespace Pharos.Logs.Store;

/// <summary>How a read within a segment ended.</summary>
internal enum SegmentEnd
{
    /// <summary>There is no further whole line in it now.</summary>
    Reached,

    /// <summary>Whoever takes the lines has enough.</summary>
    Enough,

    /// <summary>Its file or index is not there.</summary>
    Gone,
}

/// <summary>Reads the lines of one segment after the other, and keeps its place.</summary>
internal sealed class SegmentReader(ILogFiles files, string folder) : IDisposable
{
    private const int Entries = 64;
    private const int BufferBytes = 64 * 1024;

    // A thread's own, not a reader's: a daemon that ships a thousand instances has two thousand readers, and one thread that reads. Nothing in them outlives a read, and
    // whoever takes lines does not read another stream while he does.
    [ThreadStatic]
    private static byte[]? t_buffer;
    [ThreadStatic]
    private static IndexEntry[]? t_entries;
    private readonly LineAssembler _lines = new();
    private SegmentFile? _file;

    private static byte[] Buffer => t_buffer ??= new byte[BufferBytes];

    private static IndexEntry[] EntryBuffer => t_entries ??= new IndexEntry[Entries];

    /// <summary>A new read begins.</summary>
    public void Restart() => _lines.Restart();

    /// <summary>Reads from a position on.</summary>
    public SegmentEnd Read(Segment segment, IReadOnlyList<LogSource> sources, long from, LineTaker take, out long next)
    {
        next = from;
        using var index = SegmentIndex.ForReading(folder, segment.Number);
        if (index is null)
            return SegmentEnd.Gone;
        var count = index.Count;
        // A line that goes on over the end of the segment before may end here without a byte: then the first entry says no more than that.
        var goesOn = _lines.GoesOn(from);
        var at = goesOn ? 0 : Math.Max(0, index.LastAtOrBefore(from, e => e.Position));
        if (count == 0 || (!goesOn && index[at].End <= from && at == count - 1))
        {
            next = goesOn ? _lines.Next : from;
            return SegmentEnd.Reached; // without opening the file: this is asked often
        }

        if (!Open(segment))
            return SegmentEnd.Gone;
        if (!_lines.Begin(segment, sources, from, take))
        {
            next = _lines.Next;
            return SegmentEnd.Enough;
        }

        while (at < count)
        {
            var got = index.Read(at, EntryBuffer.AsSpan(0, (int)Math.Min(Entries, count - at)));
            if (got == 0)
                break;
            for (var i = 0; i < got; i++)
            {
                if (!Take(EntryBuffer[i], segment, from))
                {
                    next = _lines.Next;
                    return SegmentEnd.Enough;
                }
            }

            at += got;
        }

        next = _lines.Next;
        return SegmentEnd.Reached;
    }

    /// <summary>A position from which on there are at least so many whole lines, if there are.</summary>
    public long StartOfLast(Catalog? catalog, int count, long before, Func<LogSource, bool>? wanted)
    {
        var found = 0L;
        foreach (var segment in (catalog?.Segments ?? []).Reverse())
        {
            if (segment.First >= before)
                continue;
            using var index = SegmentIndex.ForReading(folder, segment.Number);
            if (index is null || index.Count == 0 || !Open(segment))
                continue;
            // Forwards once where the file is compressed, backwards as far as needed where it is not.
            var counted = _file!.IsCompressed ? Forwards(index, Wanted, before) : null;
            for (var number = index.Count - 1; number >= 0; number--)
            {
                var entry = index[number];
                if (entry.Position >= before || !Wanted(entry))
                    continue;
                found += counted is not null ? counted[(int)number] : Newlines(entry);
                if (found > count)
                    return entry.Position;
            }
        }

        return catalog is { Segments: [var first, ..] } ? first.First : 0;

        bool Wanted(IndexEntry entry) => wanted is null || (entry.Source < catalog!.Sources.Count && wanted(catalog.Sources[entry.Source]));
    }

    /// <summary>Closes what is open; the next read opens it again.</summary>
    public void Rest()
    {
        _file?.Dispose();
        _file = null;
    }

    public void Dispose() => Rest();

    private List<int> Forwards(SegmentIndex index, Func<IndexEntry, bool> wanted, long before)
    {
        List<int> counted = [];
        for (long number = 0; number < index.Count; number++)
        {
            var entry = index[number];
            counted.Add(entry.Position < before && wanted(entry) ? Newlines(entry) : 0);
        }

        return counted;
    }

    private int Newlines(in IndexEntry entry)
    {
        var lines = 0;
        for (var done = 0; done < entry.FileBytes;)
        {
            var read = _file!.Read(Buffer.AsSpan(0, Math.Min(Buffer.Length, entry.FileBytes - done)), entry.Offset + done);
            if (read == 0)
                break;
            lines += Buffer.AsSpan(0, read).Count((byte)'\n');
            done += read;
        }

        return lines;
    }

    private bool Take(in IndexEntry entry, Segment segment, long from)
    {
        var skip = segment.Layout == LogLayout.Verbatim ? (int)Math.Clamp(from - entry.Position, 0, entry.RawBytes) : 0;
        _lines.Enter(entry);
        for (var done = skip; done < entry.FileBytes && entry.RawBytes > 0;)
        {
            var read = _file!.Read(Buffer.AsSpan(0, Math.Min(Buffer.Length, entry.FileBytes - done)), entry.Offset + done);
            if (read == 0)
                break; // truncated: the writer will say so
            if (!_lines.Push(Buffer.AsSpan(0, read), last: done + read == entry.FileBytes))
                return false;
            done += read;
        }

        return !entry.Flags.HasFlag(EntryFlags.LineEnds) || _lines.Flush();
    }

    private bool Open(Segment segment)
    {
        if (_file is { } open && open.Number == segment.Number && !(open.IsCompressed ^ (segment.Compression != SegmentCompression.None)))
            return true;
        _file?.Dispose();
        return (_file = SegmentFile.Open(files, segment)) is not null;
    }
}
