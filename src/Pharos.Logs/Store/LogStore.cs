using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pharos.Core.Ports;
using Pharos.Logs.Formats;
using Pharos.Logs.Rotation;

namespace Pharos.Logs.Store;

/// <summary>A stream in the store.</summary>
/// <param name="Folder">What a <see cref="LogReader"/> opens.</param>
/// <param name="Path">The log file.</param>
/// <param name="Sources">Whose output is in it.</param>
public sealed record StreamInfo(string Folder, string Path, IReadOnlyList<LogSource> Sources);

/// <summary>All log files that the daemon writes, one writer each: whoever's output goes into the same file shares it. Their catalogues lie in one folder, a folder a stream.</summary>
public sealed class LogStore : IDisposable
{
    private readonly Action<string> _say;
    private readonly Dictionary<string, LogStream> _streams = new(StringComparer.Ordinal); // pump's thread only
    private readonly HashSet<string> _shared = new(StringComparer.Ordinal); // the same

    /// <param name="files">How files are opened and looked at.</param>
    /// <param name="folder">Where catalogues are.</param>
    /// <param name="say">Takes a line for the daemon's log.</param>
    public LogStore(ILogFiles files, string folder, Action<string> say)
    {
        Files = files;
        Folder = folder;
        _say = say;
        Keeper = new Keeper(files, group => _streams.Values.Where(s => s.Options.Group == group), say);
    }

    /// <summary>How files are looked at: what a <see cref="LogReader"/> needs.</summary>
    public ILogFiles Files { get; }

    /// <summary>Where catalogues are.</summary>
    public string Folder { get; }

    internal Keeper Keeper { get; }

    /// <summary>Is told before a rotated file is deleted, on the pump's thread: the stream's folder, the first position and the one behind the last. Whoever still needs the lines can look at them now.</summary>
    public Action<string, long, long>? Removing
    {
        get => Keeper.Removing;
        set => Keeper.Removing = value;
    }

    /// <summary>All streams of a store that somebody has written to, copies (combined files, files of errors) left out. Any process may ask.</summary>
    /// <param name="folder">The store.</param>
    /// <returns>The streams.</returns>
    public static IReadOnlyList<StreamInfo> Streams(string folder)
    {
        if (!Directory.Exists(folder))
            return [];
        List<StreamInfo> streams = [];
        foreach (var stream in Directory.EnumerateDirectories(folder))
        {
            if (Catalog.Load(stream) is { Copy: false } catalog)
                streams.Add(new StreamInfo(stream, catalog.Path, catalog.Sources));
        }

        return streams;
    }

    /// <summary>The folder of the stream that a log file belongs to.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="path">The log file.</param>
    /// <returns>A path; there may be nothing yet.</returns>
    public static string FolderOf(string folder, string path) =>
        Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(path)}-{IdOf(path):x8}");

    /// <summary>The folder of the stream that a log file belongs to.</summary>
    /// <param name="path">The log file.</param>
    /// <returns>A path; there may be nothing yet.</returns>
    public string FolderOf(string path) => FolderOf(Folder, path);

    /// <summary>A reader of the stream that a log file belongs to.</summary>
    /// <param name="path">The log file.</param>
    /// <returns>The reader.</returns>
    public LogReader Reader(string path) => new(Files, FolderOf(Folder, path));

    /// <summary>Memory for batches that are being written.</summary>
    internal ByteBuffer[] Scratch { get; } = [new(), new(), new(), new()];

    /// <summary>The writers that there are.</summary>
    internal IEnumerable<LogStream> Writers => _streams.Values;

    /// <summary>The writer of a file, going on by these options. What two sources write verbatim into one file would tear each other's lines: from the second on it is whole lines.</summary>
    internal LogStream Open(StreamOptions options)
    {
        if (!_streams.TryGetValue(options.Path, out var known))
            return _streams[options.Path] = new LogStream(Files, FolderOf(Folder, options.Path), options, Keeper, _say);
        if (options.Owner != known.Options.Owner)
            _shared.Add(options.Path);
        if (_shared.Contains(options.Path))
            options = options with { Owner = known.Options.Owner, Layout = options.Layout == LogLayout.Verbatim ? LogLayout.Text : options.Layout };
        if (options != known.Options)
            known.Apply(options);
        return known;
    }

    /// <summary>The writer of a file as it is.</summary>
    internal LogStream Get(StreamOptions options) => _streams.TryGetValue(options.Path, out var known) ? known : Open(options);

    /// <summary>Position behind the last byte of a stream, whether its writer is there or not.</summary>
    /// <param name="id">The stream.</param>
    /// <returns>Null: there is no such stream.</returns>
    internal long? EndOf(uint id)
    {
        if (_streams.Values.FirstOrDefault(s => s.Id == id) is { } open)
            return open.End;
        if (!Directory.Exists(Folder))
            return null;
        var folder = Directory.EnumerateDirectories(Folder, $"*-{id:x8}").FirstOrDefault();
        if (folder is null || Catalog.Load(folder) is not { } catalog)
            return null;
        using var stream = new LogStream(Files, folder, new StreamOptions { Path = catalog.Path, Group = "", Owner = default }, Keeper, _say);
        return stream.End;
    }

    internal static uint IdOf(string path) => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(path)));

    /// <summary>Opens all files anew by their names.</summary>
    internal void Reopen(long now)
    {
        foreach (var stream in _streams.Values)
            stream.Reopen(now);
    }

    /// <summary>What is due without anybody writing: midnight, and files that have become too old.</summary>
    internal void LookAfter(long now)
    {
        foreach (var stream in _streams.Values)
        {
            try
            {
                stream.LookAfter(now);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _say($"cannot look after log file {stream.Options.Path}: {e.Message}");
            }
        }

        foreach (var group in _streams.Values.Select(s => s.Options.Group).Distinct().ToList())
            Keeper.Prune(group, now);
    }

    /// <summary>Closes files, until somebody writes them again.</summary>
    internal void Close(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (_streams.Remove(path, out var stream))
                stream.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Keeper.Dispose();
        foreach (var stream in _streams.Values)
            stream.Dispose();
    }
}
