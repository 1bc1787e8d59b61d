using Pharos.Core.Ports;
using Pharos.Logs.Formats;
using Pharos.Logs.Rotation;

namespace Pharos.Logs.Store;

/// <summary>Which file is written: opening, rotating, and what others do to it meanwhile.</summary>
internal sealed partial class LogStream
{
    private const int MostAdopted = 1 << 30;
    private static readonly long RetryRotationNanos = 60_000_000_000;
    private long _notBefore;

    /// <summary>Bytes of all its files.</summary>
    public long StoredBytes => _length + Closed.Sum(s => s.StoredBytes ?? 0);

    /// <summary>Its rotated files, oldest first.</summary>
    public IEnumerable<Segment> Closed => _catalog.Segments.Where(s => s.End is not null);

    private Segment? Active => _catalog.Segments is [.., { End: null } last] ? last : null;

    /// <summary>Opens the file anew by its name: somebody rotated it.</summary>
    public void Reopen(long now)
    {
        if (_file is null)
            return;
        Leave(now, "removed");
        Open(now);
    }

    /// <summary>Empties the file and deletes the rotated ones.</summary>
    public void Clear(long now)
    {
        foreach (var segment in Closed.ToList())
            Remove(segment, "flushed");
        if (_file is null && _files.Look(Options.Path) is null or { Length: 0 })
            return;
        Ready(now);
        _file!.Truncate(0);
        Leave(now, "flushed");
        Open(now);
    }

    /// <summary>Deletes a rotated file.</summary>
    public void Remove(Segment segment, string reason)
    {
        File.Delete(segment.Path);
        File.Delete(SegmentIndex.PathFor(_folder, segment.Number));
        Save(_catalog.Without(segment, segment.End ?? End, reason));
    }

    /// <summary>A rotated file was compressed.</summary>
    /// <param name="number">Which.</param>
    /// <param name="path">The compressed file.</param>
    /// <param name="compression">How.</param>
    public void Compressed(int number, string path, SegmentCompression compression)
    {
        if (_catalog.Segments.FirstOrDefault(s => s.Number == number) is not { } segment)
        {
            File.Delete(path); // deleted meanwhile
            return;
        }

        var packed = segment with { Path = path, Compression = compression, StoredBytes = _files.Look(path)?.Length };
        Save(_catalog with { Segments = [.. _catalog.Segments.Select(s => s.Number == number ? packed : s)] });
        File.Delete(segment.Path);
    }

    /// <summary>What is due without anybody writing: midnight.</summary>
    public void LookAfter(long now)
    {
        if (_file is not null && Due(now))
            Ready(now);
    }

    /// <summary>Opens file and index, or neither: a full disk may refuse the catalogue when the file is open already.</summary>
    private void Open(long now)
    {
        try
        {
            OpenBoth(now);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void OpenBoth(long now)
    {
        _file = _files.Append(Options.Path);
        var facts = _file.Facts;
        if (Active is { } active)
        {
            if (active.Identity == facts.Identity && GoOn(active, facts))
                return;
            Leave(now, active.Identity == facts.Identity ? "truncated" : "removed");
            _file = _files.Append(Options.Path);
            facts = _file.Facts;
        }

        Begin(now, facts);
        _keeper.CompressAll(this);
    }

    /// <returns>False: it is not what the index says.</returns>
    private bool GoOn(Segment active, FileFacts facts)
    {
        _index = SegmentIndex.ForWriting(_folder, active.Number);
        _entries = _index.Count;
        var last = _entries > 0 ? _index[_entries - 1] : default;
        if (facts.Length < last.OffsetEnd)
            return false;
        _length = facts.Length;
        MidLine = active.Layout == LogLayout.Verbatim && _length > 0 && !last.Flags.HasFlag(EntryFlags.LineEnds) && LastByte() != (byte)'\n';
        if (active.Layout != Options.Layout || active.MaxLine != Options.MaxLine)
            _due = 1; // one file, one format
        MidLine &= _due == 0;
        _keeper.CompressAll(this);
        return true;
    }

    private void Begin(long now, FileFacts facts)
    {
        var fresh = _catalog is { Segments.Count: 0, Missing.Count: 0 };
        var segment = new Segment
        {
            Number = _catalog.Next,
            First = End,
            Path = Options.Path,
            Device = facts.Identity.Device,
            Inode = facts.Identity.Inode,
            Layout = Options.Layout,
            MaxLine = Options.MaxLine,
            OpenedUnixNanos = now,
        };
        Save(_catalog with { Next = _catalog.Next + 1, Segments = [.. _catalog.Segments, segment] });
        _index?.Dispose();
        _index = SegmentIndex.ForWriting(_folder, segment.Number);
        _index.Truncate(0);
        _entries = 0;
        _length = facts.Length;
        _lookedAt = now;
        MidLine = false;
        if (!fresh || Options.Layout != LogLayout.Verbatim)
            return;
        // A file that was there before the store was: its lines can be read like any others.
        var owner = NumberOf(Options.Owner);
        for (long at = 0; at < facts.Length;)
        {
            var bytes = (int)Math.Min(MostAdopted, facts.Length - at);
            _index.Put(_entries++, new IndexEntry(End, at, facts.ChangedUnixNanos, bytes, bytes, owner, 0, EntryFlags.None));
            at += bytes;
            End += bytes;
        }

        MidLine = facts.Length > 0 && LastByte() != (byte)'\n';
    }

    /// <summary>Others may have truncated, deleted or renamed the file.</summary>
    private void LookAround(long now)
    {
        var facts = _file!.Facts;
        if (facts.Links == 0)
        {
            _say($"log file {Options.Path} was deleted: a new one is begun");
            Leave(now, "removed");
            Open(now);
            return;
        }

        if (facts.Length < _length)
        {
            if (_entries > 0)
                _say($"log file {Options.Path} was truncated by somebody");
            Leave(now, "truncated");
            Open(now);
            return;
        }

        _length = facts.Length; // somebody else may write into it as well
        if (now - _lookedAt < LookEveryNanos && now >= _lookedAt)
            return;
        _lookedAt = now;
        if (_files.Look(Options.Path)?.Identity != facts.Identity)
            Reopen(now);
    }

    /// <summary>The active file is not ours any more, or not under this name: notes what can still be read of it.</summary>
    private void Leave(long now, string reason)
    {
        _file?.Dispose();
        _file = null;
        _index?.Dispose();
        _index = null;
        _due = 0;
        MidLine = false;
        if (Active is not { } active)
            return;
        var path = reason is "truncated" or "flushed" ? null : SegmentFile.Find(_files, active);
        if (path is null || End == active.First)
        {
            File.Delete(SegmentIndex.PathFor(_folder, active.Number));
            Save(_catalog.Without(active, End, reason));
            return;
        }

        Close(active, path, now);
    }

    private void Close(Segment active, string path, long now)
    {
        var closed = active with { End = End, Path = path, ClosedUnixNanos = now, StoredBytes = _files.Look(path)?.Length ?? 0 };
        Save(_catalog with { Segments = [.. _catalog.Segments.Where(s => s.Number != active.Number), closed] });
    }

    private bool Due(long now)
    {
        if (!Options.Rotation.Enabled || _length == 0 || now < _notBefore)
            return false;
        return _length >= Options.Rotation.SizeBytes || (Options.Rotation.Daily && Active is { } active && RotationTimes.DayOf(active.OpenedUnixNanos) != RotationTimes.DayOf(now));
    }

    private void Rotate(long now)
    {
        _due = 0;
        if (Active is not { } active || _length == 0)
            return;
        var path = RotatedNames.For(Options.Path, now);
        try
        {
            File.Move(Options.Path, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _notBefore = now + RetryRotationNanos;
            _say($"cannot rotate {Options.Path}: {e.Message}");
            return;
        }

        _file!.Dispose();
        _file = null;
        _index!.Dispose();
        _index = null;
        if (End == active.First)
            Save(_catalog with { Segments = [.. _catalog.Segments.Where(s => s.Number != active.Number)] });
        else
            Close(active, path, now);
        var goesOn = MidLine;
        Open(now);
        MidLine |= goesOn; // a line that was too long to wait for
        _keeper.Prune(Options.Group, now);
    }

    private byte LastByte()
    {
        using var file = File.OpenHandle(Options.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> last = stackalloc byte[1];
        var length = RandomAccess.GetLength(file);
        return length > 0 && RandomAccess.Read(file, last, length - 1) == 1 ? last[0] : (byte)'\n';
    }

    /// <summary>What a daemon that was killed left of its last batch.</summary>
    /// <returns>Position behind what is in the file.</returns>
    private long Settle()
    {
        if (Active is not { } active)
            return Math.Max(_catalog.Segments is [.., { End: { } end }] ? end : 0, _catalog.Missing is [.., var missing] ? missing.To : 0);
        using var index = SegmentIndex.ForWriting(_folder, active.Number);
        if (index.Count == 0)
            return active.First;
        var last = index[index.Count - 1];
        var path = _files.Look(active.Path)?.Identity == active.Identity ? active.Path : SegmentFile.Find(_files, active);
        if (path is null || _files.Look(path) is not { } facts || facts.Length >= last.OffsetEnd || facts.Length < last.Offset)
            return last.End; // whole; or somebody took it away, and nothing can be told
        if (active.Layout == LogLayout.Verbatim && facts.Length > last.Offset && last.RawBytes == last.FileBytes)
        {
            var came = (int)(facts.Length - last.Offset);
            index.Put(index.Count - 1, last with { RawBytes = came, FileBytes = came });
            return last.Position + came;
        }

        if (facts.Length > last.Offset)
        {
            using var file = _files.Append(path);
            file.Truncate(last.Offset);
        }

        index.Truncate(index.Count - 1);
        return last.Position;
    }
}
