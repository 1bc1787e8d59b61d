using System.Text.Json;
using System.Text.Json.Serialization;
using Pharos.Core.Ports;
using Pharos.Logs.Formats;

namespace Pharos.Logs.Store;

/// <summary>Whose output a batch is.</summary>
/// <param name="App">The app.</param>
/// <param name="Index">Its instance.</param>
/// <param name="Stderr">Which of its streams.</param>
public readonly record struct LogSource(string App, int Index, bool Stderr);

/// <summary>Positions of a stream that cannot be read any more.</summary>
/// <param name="From">The first.</param>
/// <param name="To">Behind the last.</param>
/// <param name="Reason">rotated, truncated, removed or flushed.</param>
public sealed record MissingRange(long From, long To, string Reason);

/// <summary>One file of a stream.</summary>
internal sealed record Segment
{
    /// <summary>Its index is index-NUMBER.</summary>
    public required int Number { get; init; }

    /// <summary>Position of its first byte.</summary>
    public required long First { get; init; }

    /// <summary>Position behind its last byte; null: it is being written.</summary>
    public long? End { get; init; }

    /// <summary>Where the file is.</summary>
    public required string Path { get; init; }

    /// <summary>Which file it is, or was before it was compressed.</summary>
    public long Device { get; init; }

    /// <summary>See <see cref="Device"/>.</summary>
    public long Inode { get; init; }

    /// <summary>What was made of the app's bytes.</summary>
    public LogLayout Layout { get; init; }

    /// <summary>Longest line, bytes.</summary>
    public int MaxLine { get; init; }

    /// <summary>How it is compressed.</summary>
    public SegmentCompression Compression { get; init; }

    /// <summary>Bytes on disk; null: it is being written.</summary>
    public long? StoredBytes { get; init; }

    /// <summary>When it was begun.</summary>
    public long OpenedUnixNanos { get; init; }

    /// <summary>When it was closed.</summary>
    public long ClosedUnixNanos { get; init; }

    /// <summary>Which file it is.</summary>
    [JsonIgnore]
    public FileIdentity Identity => new(Device, Inode);
}

/// <summary>How a segment is compressed.</summary>
internal enum SegmentCompression
{
    /// <summary>Not.</summary>
    None,

    /// <summary>gzip.</summary>
    Gzip,

    /// <summary>zstd.</summary>
    Zstd,
}

/// <summary>What is known of one stream: its files in order, and what is no longer there. Replaced as a whole, by rename, with each new file.</summary>
internal sealed record Catalog
{
    /// <summary>Name within the stream's folder.</summary>
    public const string FileName = "catalog.json";

    private const int MostMissing = 64;

    /// <summary>Path of the file that is written.</summary>
    public required string Path { get; init; }

    /// <summary>Everything in it is in another stream as well: a combined file, or one of errors.</summary>
    public bool Copy { get; init; }

    /// <summary>Number of the next segment.</summary>
    public int Next { get; init; }

    /// <summary>Whose output there is, by the number in the index.</summary>
    public IReadOnlyList<LogSource> Sources { get; init; } = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Segment> Segments { get; init; } = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<MissingRange> Missing { get; init; } = [];

    /// <summary>Adds a range that went away; the oldest ones are joined when there are many.</summary>
    public Catalog Without(Segment gone, long end, string reason)
    {
        var segments = Segments.Where(s => s.Number != gone.Number).ToList();
        if (end <= gone.First)
            return this with { Segments = segments };
        List<MissingRange> missing = [.. Missing.Append(new MissingRange(gone.First, end, reason)).OrderBy(m => m.From)];
        for (var i = 1; i < missing.Count; i++)
        {
            if (missing[i - 1].To == missing[i].From && (missing[i - 1].Reason == missing[i].Reason || missing.Count > MostMissing))
            {
                missing[i - 1] = missing[i - 1] with { To = missing[i].To };
                missing.RemoveAt(i--);
            }
        }

        return this with { Segments = segments, Missing = missing };
    }

    /// <summary>Reads it.</summary>
    /// <param name="folder">The stream's folder.</param>
    /// <returns>Null when there is none, or it is not whole.</returns>
    public static Catalog? Load(string folder)
    {
        if (!File.Exists(System.IO.Path.Combine(folder, FileName)))
            return null; // nothing was printed yet
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(System.IO.Path.Combine(folder, FileName)), StoreJson.Default.Catalog);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it aside and renames it: whoever reads sees the one before or this one.</summary>
    public void Save(string folder)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(this, StoreJson.Default.Catalog));
        File.Move(path + ".new", path, overwrite: true);
    }
}

[JsonSerializable(typeof(Catalog))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class StoreJson : JsonSerializerContext;
