using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Pharos.Core.Ports;

namespace Pharos.Logs.Store;

/// <summary>The bytes of one segment by their offset, whether the file is compressed or not.</summary>
internal sealed class SegmentFile : IDisposable
{
    private readonly Segment _segment;
    private readonly SafeFileHandle? _plain;
    private readonly byte[] _skip;
    private Stream? _packed;
    private long _at;

    private SegmentFile(Segment segment, SafeFileHandle? plain)
    {
        _segment = segment;
        _plain = plain;
        _skip = plain is null ? new byte[16 * 1024] : [];
    }

    public int Number => _segment.Number;

    public bool IsCompressed => _plain is null;

    /// <summary>Opens it. Where the file is another one by now, the folder is looked through for it: somebody else may have renamed it.</summary>
    /// <returns>Null when it is not there.</returns>
    public static SegmentFile? Open(ILogFiles files, Segment segment)
    {
        if (segment.Compression != SegmentCompression.None)
            return File.Exists(segment.Path) ? new(segment, null) : null;
        if (TryOpen(files, segment.Path, segment) is { } there)
            return there;
        return Find(files, segment) is { } renamed ? TryOpen(files, renamed, segment) : null;
    }

    /// <summary>By what name a segment's file can be found in its folder now.</summary>
    public static string? Find(ILogFiles files, Segment segment)
    {
        var folder = Path.GetDirectoryName(segment.Path)!;
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder).FirstOrDefault(path => files.Look(path)?.Identity == segment.Identity) : null;
    }

    /// <summary>Reads what is there.</summary>
    /// <returns>Bytes read; 0 at the end of the file.</returns>
    public int Read(Span<byte> into, long offset)
    {
        if (_plain is not null)
            return RandomAccess.Read(_plain, into, offset);
        if (_packed is null || offset < _at)
        {
            _packed?.Dispose();
            _packed = Unpack(_segment);
            _at = 0;
        }

        while (_at < offset)
        {
            var skipped = _packed.Read(_skip.AsSpan(0, (int)Math.Min(_skip.Length, offset - _at)));
            if (skipped == 0)
                return 0;
            _at += skipped;
        }

        var read = _packed.Read(into);
        _at += read;
        return read;
    }

    public void Dispose()
    {
        _plain?.Dispose();
        _packed?.Dispose();
    }

    private static SegmentFile? TryOpen(ILogFiles files, string path, Segment segment)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (files.Look(handle).Identity == segment.Identity)
                return new(segment, handle);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Renamed or gone.
        }

        handle?.Dispose();
        return null;
    }

    private static Stream Unpack(Segment segment)
    {
        var file = new FileStream(segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        return segment.Compression == SegmentCompression.Zstd ? new ZstdSharp.DecompressionStream(file, leaveOpen: false) : new GZipStream(file, CompressionMode.Decompress);
    }
}
