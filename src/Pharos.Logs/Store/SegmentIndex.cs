using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Pharos.Logs.Store;

/// <summary>The batches of one segment, oldest first, in a file of fixed-size entries. One writer; any process may read.</summary>
internal sealed class SegmentIndex : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly byte[] _entry = new byte[IndexEntry.Size];

    private SegmentIndex(SafeFileHandle file) => _file = file;

    /// <summary>How many entries there are now.</summary>
    public long Count => RandomAccess.GetLength(_file) / IndexEntry.Size;

    public static string PathFor(string folder, int segment) => Path.Combine(folder, "index-" + segment.ToString("D6", CultureInfo.InvariantCulture));

    public static SegmentIndex ForWriting(string folder, int segment) =>
        new(File.OpenHandle(PathFor(folder, segment), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    /// <returns>Null when it is not there.</returns>
    public static SegmentIndex? ForReading(string folder, int segment)
    {
        try
        {
            return new(File.OpenHandle(PathFor(folder, segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public IndexEntry this[long number]
    {
        get
        {
            Span<byte> bytes = stackalloc byte[IndexEntry.Size];
            return RandomAccess.Read(_file, bytes, number * IndexEntry.Size) == IndexEntry.Size ? IndexEntry.Read(bytes) : throw new IOException($"log index has no entry {number}");
        }
    }

    /// <summary>Reads some entries at once.</summary>
    /// <returns>How many.</returns>
    public int Read(long first, Span<IndexEntry> into)
    {
        var bytes = new byte[into.Length * IndexEntry.Size];
        var count = RandomAccess.Read(_file, bytes, first * IndexEntry.Size) / IndexEntry.Size;
        for (var i = 0; i < count; i++)
            into[i] = IndexEntry.Read(bytes.AsSpan(i * IndexEntry.Size));
        return count;
    }

    public void Put(long number, in IndexEntry entry)
    {
        entry.Write(_entry);
        RandomAccess.Write(_file, _entry, number * IndexEntry.Size);
    }

    /// <summary>Takes entries away from the end.</summary>
    public void Truncate(long count) => RandomAccess.SetLength(_file, count * IndexEntry.Size);

    /// <summary>The last entry that begins at or before a value.</summary>
    /// <param name="value">Position or time.</param>
    /// <param name="key">Which of the two.</param>
    /// <returns>Its number; -1 when all begin later.</returns>
    public long LastAtOrBefore(long value, Func<IndexEntry, long> key)
    {
        long low = 0, high = Count - 1, found = -1;
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            if (key(this[middle]) <= value)
                (found, low) = (middle, middle + 1);
            else
                high = middle - 1;
        }

        return found;
    }

    public void Dispose() => _file.Dispose();
}
