using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pharos.Exporters.Shipping;

/// <summary>How far each stream was delivered to one destination: a journal that is appended to after each answer, and rewritten when it is long.</summary>
/// <remarks>
/// A daemon that is killed at any moment leaves a journal whose last line may be torn; the line before it counts, so what was answered in that moment is
/// sent twice, and nothing is lost. The page cache outlives a killed daemon: no fsync per answer. When the file cannot be written the positions go on in memory,
/// and the whole is written as soon as it can be. Not thread-safe.
/// </remarks>
internal sealed class ShippingCheckpoint : IDisposable
{
    private const int RewriteAtBytes = 256 * 1024;
    private readonly string? _path;
    private readonly Action<string>? _notice;
    private readonly Dictionary<string, CheckpointEntry> _entries = new(StringComparer.Ordinal);
    private SafeFileHandle? _file;
    private long _length;
    private bool _failing;

    /// <param name="folder">Where it lies; null: in memory only.</param>
    /// <param name="destination">Which one, without secrets.</param>
    /// <param name="notice">Takes one sentence for the daemon's own log.</param>
    public ShippingCheckpoint(string? folder, string destination, Action<string>? notice)
    {
        _notice = notice;
        IsNew = true;
        if (folder is null)
            return;
        _path = Path.Combine(folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(destination)))[..16]}.at");
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            notice?.Invoke($"logs: cannot read what was delivered from {_path}: {e.Message}; beginning with what is printed from now on");
        }
    }

    /// <summary>This destination was not known before: what was printed until now is not sent to it.</summary>
    public bool IsNew { get; private set; }

    /// <summary>What an earlier daemon noted of a stream.</summary>
    /// <returns>Null: nothing.</returns>
    public CheckpointEntry? Find(string source) => _entries.GetValueOrDefault(source);

    /// <summary>Notes where streams are now.</summary>
    public void Commit(IReadOnlyCollection<CheckpointEntry> entries)
    {
        foreach (var entry in entries)
            _entries[entry.Source] = entry;
        if (_path is null || entries.Count == 0)
            return;
        try
        {
            if (_file is null || _failing || _length > RewriteAtBytes)
                Rewrite();
            else
                Append(entries);
            _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failing)
                _notice?.Invoke($"logs: cannot note what was delivered in {_path}: {e.Message}; a daemon that starts now would send it again");
            _failing = true;
        }
    }

    /// <summary>From here on the destination is known.</summary>
    public void Begin(IReadOnlyCollection<CheckpointEntry> entries)
    {
        Commit(entries);
        if (IsNew && entries.Count == 0)
            Commit([new CheckpointEntry("-", 0, 0, 0, [])]); // so that there is a file
        IsNew = false;
    }

    /// <summary>A stream that is no more. One that gets its id later begins at its beginning.</summary>
    public void Forget(string source)
    {
        Commit([new CheckpointEntry(source, 0, 0, 0, [])]);
        _entries.Remove(source);
    }

    public void Dispose() => _file?.Dispose();

    private void Load()
    {
        if (!File.Exists(_path))
            return;
        IsNew = false;
        foreach (var line in File.ReadAllText(_path).EnumerateLines())
        {
            if (CheckpointEntry.Parse(line) is { } entry)
                _entries[entry.Source] = entry;
        }
    }

    private void Append(IReadOnlyCollection<CheckpointEntry> entries)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(entries.Select(e => e.ToLine())));
        RandomAccess.Write(_file!, bytes, _length);
        _length += bytes.Length;
    }

    private void Rewrite()
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(_entries.Values.Select(e => e.ToLine())));
        var aside = _path + ".new";
        using (var file = File.OpenHandle(aside, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(aside, _path!, overwrite: true);
        _file?.Dispose();
        _file = File.OpenHandle(_path!, FileMode.Open, FileAccess.Write, FileShare.Read);
        _length = bytes.Length;
    }
}
