using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Pharos.Exporters.Shipping;

/// <summary>Frames one after the other in small files named by the position of their first byte. Not thread-safe.</summary>
/// <remarks>
/// A frame on disk: length and FNV-1a of its bytes, 4 bytes each, then the bytes. A daemon that is killed leaves at most a torn frame at the end, which is cut off.
/// While the disk is full frames stay in memory, in their order, and are written when there is room.
/// </remarks>
internal sealed class SpoolFiles : IDisposable
{
    private const int HeadBytes = 8;
    private const long FileBytes = 1024 * 1024;
    private const int LargestFrame = 4 * 1024 * 1024;
    private readonly string? _folder;
    private readonly Action<string>? _notice;
    private readonly List<long> _files = []; // first positions, ascending
    private readonly Queue<(long Position, byte[] Frame)> _unwritten = [];
    private SafeFileHandle? _last;
    private long _written;
    private bool _failing;

    public SpoolFiles(string? folder, Action<string>? notice)
    {
        (_folder, _notice) = (folder, notice);
        if (folder is null)
            return;
        try
        {
            Find(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            notice?.Invoke($"logs: events cannot be kept in {folder}: {e.Message}; they stay in memory");
            _folder = null;
        }
    }

    /// <summary>Position of the oldest frame that is still there.</summary>
    public long Begin => _files.Count > 0 ? _files[0] : _unwritten.TryPeek(out var first) ? first.Position : End;

    /// <summary>Position behind the newest one.</summary>
    public long End { get; private set; }

    public void Append(byte[] frame)
    {
        _unwritten.Enqueue((End, frame));
        End += HeadBytes + frame.Length;
        if (_folder is null)
            return;
        try
        {
            while (_unwritten.TryPeek(out var next))
            {
                Write(next.Position, next.Frame);
                _unwritten.Dequeue();
            }

            _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failing)
                _notice?.Invoke($"logs: events cannot be kept in {_folder}: {e.Message}; they stay in memory meanwhile");
            _failing = true;
        }
    }

    /// <summary>Frames from a position on, each with the position behind it.</summary>
    public IEnumerable<(ReadOnlyMemory<byte> Frame, long Next)> From(long position)
    {
        for (var i = 0; i < _files.Count; i++)
        {
            if (i + 1 < _files.Count && _files[i + 1] <= position)
                continue;
            foreach (var found in InFile(_files[i], Math.Max(position, _files[i])))
                yield return found;
        }

        foreach (var (at, frame) in _unwritten)
        {
            if (at >= position)
                yield return (frame, at + HeadBytes + frame.Length);
        }
    }

    /// <summary>Nobody needs what stands between these positions any more. The file that is written stays: its name keeps the position.</summary>
    public void Free(long from, long to)
    {
        for (var kept = _unwritten.Count; kept > 0; kept--)
        {
            var frame = _unwritten.Dequeue();
            if (frame.Position < from || frame.Position >= to)
                _unwritten.Enqueue(frame);
        }

        for (var i = 0; i + 1 < _files.Count;)
        {
            if (_files[i] >= from && _files[i + 1] <= to)
            {
                File.Delete(PathOf(_files[i]));
                _files.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }
    }

    public void Dispose() => _last?.Dispose();

    private void Find(string folder)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var path in Directory.EnumerateFiles(folder, "*.events"))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var at))
                _files.Add(at);
        }

        _files.Sort();
        if (_files.Count == 0)
            return;
        _written = _files[^1];
        foreach (var (_, next) in InFile(_files[^1], _files[^1]))
            _written = next;
        End = _written;
    }

    private void Write(long position, byte[] frame)
    {
        if (_last is null || position - _files[^1] >= FileBytes)
        {
            _last?.Dispose();
            _last = null;
            var fresh = _files.Count == 0 || position - _files[^1] >= FileBytes || position != _written;
            var path = PathOf(fresh ? position : _files[^1]);
            _last = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            File.SetUnixFileMode(_last, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (fresh)
                _files.Add(position);
        }

        var bytes = new byte[HeadBytes + frame.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Checksum(frame));
        frame.CopyTo(bytes, HeadBytes);
        RandomAccess.Write(_last, bytes, position - _files[^1]);
        _written = position + bytes.Length;
    }

    private IEnumerable<(ReadOnlyMemory<byte> Frame, long Next)> InFile(long file, long position)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(PathOf(file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            yield break; // deleted by hand
        }

        using (handle)
        {
            var head = new byte[HeadBytes];
            while (RandomAccess.Read(handle, head, position - file) == HeadBytes)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(head);
                if (length is < 0 or > LargestFrame)
                    yield break;
                var frame = new byte[length];
                if (RandomAccess.Read(handle, frame, position - file + HeadBytes) < length || Checksum(frame) != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4)))
                    yield break;
                position += HeadBytes + length;
                yield return (frame, position);
            }
        }
    }

    private string PathOf(long file) => Path.Combine(_folder!, $"{file:x16}.events");

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var b in bytes)
            hash = (hash ^ b) * 16777619u;
        return hash;
    }
}
