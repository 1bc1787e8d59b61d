namespace Pharos.Core.Specs.Logs;

/// <summary>One setting of a <see cref="LogSpec"/> as text: requests, state, views, plans and command lines all go by this.</summary>
/// <param name="Key">Its name, with dots: <c>rotate.size</c>.</param>
/// <param name="Accepted">What is accepted, in words.</param>
/// <param name="Set">The spec with it; null: not accepted.</param>
/// <param name="Get">Its value as <see cref="Set"/> reads it.</param>
public sealed record LogSetting(string Key, string Accepted, Func<LogSpec, string, LogSpec?> Set, Func<LogSpec, string> Get)
{
    /// <summary>Whether the value is the path of a file: whoever reads it makes it absolute first.</summary>
    public bool IsPath { get; init; }
}

/// <summary>All settings of a <see cref="LogSpec"/>.</summary>
public static partial class LogSettings
{
    private static readonly LogSpec Default = new();

    /// <summary>In the order in which documentation shows them. They are independent of each other: any order of setting gives the same.</summary>
    public static IReadOnlyList<LogSetting> All { get; } =
    [
        Flag("off", (s, v) => s with { Off = v }, s => s.Off),
        File("file", (s, v) => s with { CombinedFile = v }, s => s.CombinedFile),
        File("errors_file", (s, v) => s with { ErrorsFile = v }, s => s.ErrorsFile),
        Flag("merge", (s, v) => s with { Merge = v }, s => s.Merge),
        Word("format", LogWords.Formats, (s, v) => s with { Format = v }, s => s.Format),
        new("time", "true, false, iso, unix, unix_ms, or a format such as 'YYYY-MM-DD HH:mm:ss.SSS Z' or '%F %T'", (s, v) => Time(s, v), s => s.TimeFormat ?? "false"),
        Flag("rotate", (s, v) => Rotate(s, r => r with { Enabled = v }), s => s.Rotation.Enabled),
        Size("rotate.size", LeastRotation, long.MaxValue, (s, v) => Rotate(s, r => r with { SizeBytes = v }), s => s.Rotation.SizeBytes),
        new("rotate.age", "a duration such as 7d, or none", (s, v) => v == "none" ? Rotate(s, r => r with { Age = null }) : Duration(v) is { } age && age > TimeSpan.Zero ? Rotate(s, r => r with { Age = age }) : null, s => s.Rotation.Age is { } age ? Quantities.Text(age) : "none"),
        new("rotate.keep", "a whole number, 0 for any number", (s, v) => Whole(v, 0, MostFiles) is { } keep ? Rotate(s, r => r with { Keep = keep }) : null, s => Text(s.Rotation.Keep)),
        Flag("rotate.daily", (s, v) => Rotate(s, r => r with { Daily = v }), s => s.Rotation.Daily),
        Word("rotate.compress", LogWords.Compressions, (s, v) => Rotate(s, r => r with { Compression = v }), s => s.Rotation.Compression),
        Size("rotate.total", LeastRotation, long.MaxValue, (s, v) => Rotate(s, r => r with { TotalBytes = v }), s => s.Rotation.TotalBytes),
        new("max_unread", $"auto, or bytes, or a number with k, m or g, from {Quantities.Text(LeastRotation)}", (s, v) => v == "auto" ? s with { MaxUnreadBytes = null } : Quantities.TrySize(v, out var most) && most >= LeastRotation ? s with { MaxUnreadBytes = most } : null, s => s.MaxUnreadBytes is { } most ? Quantities.Text(most) : "auto"),
        Word("overflow", LogWords.Overflows, (s, v) => s with { Overflow = v }, s => s.Overflow),
        Size("max_line", 256, 1 << 20, (s, v) => s with { MaxLineBytes = (int)v }, s => s.MaxLineBytes),
        Word("parse", LogWords.Parsers, (s, v) => s with { Parse = v }, s => s.Parse),
        new("multiline", "auto or off", (s, v) => v is "auto" or "off" or "true" or "false" ? Join(s, m => m with { Enabled = v is "auto" or "true" }) : null, s => s.Multiline.Enabled ? "auto" : "off"),
        new("multiline.start", "a regular expression without backreferences and lookarounds", (s, v) => v.Length == 0 ? Join(s, m => m with { Start = null }) : ProbeSpec.IsPattern(v) ? Join(s, m => m with { Start = v }) : null, s => s.Multiline.Start ?? ""),
        new("multiline.flush", "a duration from 10ms to 60s", (s, v) => Duration(v) is { TotalMilliseconds: >= 10 and <= 60_000 } flush ? Join(s, m => m with { Flush = flush }) : null, s => Quantities.Text(s.Multiline.Flush)),
        Flag("redact.defaults", (s, v) => s with { Redaction = s.Redaction with { Defaults = v } }, s => s.Redaction.Defaults),
        new("redact.patterns", "regular expressions without backreferences and lookarounds, one per line", Patterns, s => string.Join('\n', s.Redaction.Patterns)),
        new("level", "trace, debug, info, warn, error, fatal, or all", (s, v) => v == "all" ? s with { Level = null } : Level(v) is { } level ? s with { Level = level } : null, s => s.Level is { } level ? Name(level) : "all"),
        .. Enum.GetValues<LogLevel>().Select(Sample),
        Flag("ship", (s, v) => s with { Ship = v }, s => s.Ship),
        Size("buffer.size", 1 << 20, long.MaxValue, (s, v) => s with { Buffer = s.Buffer with { SizeBytes = v } }, s => s.Buffer.SizeBytes),
        new("buffer.age", "a duration such as 7d", (s, v) => Duration(v) is { } age && age > TimeSpan.Zero ? s with { Buffer = s.Buffer with { Age = age } } : null, s => Quantities.Text(s.Buffer.Age)),
    ];

    /// <summary>Finds a setting.</summary>
    /// <param name="key">Its name.</param>
    /// <returns>Null when there is none.</returns>
    public static LogSetting? Find(string key) => All.FirstOrDefault(s => s.Key == key);

    /// <summary>What differs from the defaults.</summary>
    /// <param name="spec">The spec.</param>
    /// <returns>Names and values.</returns>
    public static IReadOnlyDictionary<string, string> Of(LogSpec spec) =>
        All.Where(s => s.Get(spec) != s.Get(Default)).ToDictionary(s => s.Key, s => s.Get(spec), StringComparer.Ordinal);

    /// <summary>The spec that <see cref="Of"/> told of. What is not known, or not accepted, keeps its default: it was written by another version.</summary>
    /// <param name="settings">Names and values.</param>
    /// <returns>The spec.</returns>
    public static LogSpec Read(IReadOnlyDictionary<string, string> settings)
    {
        var spec = Default;
        foreach (var setting in All)
        {
            if (settings.TryGetValue(setting.Key, out var text))
                spec = setting.Set(spec, text) ?? spec;
        }

        return spec;
    }
}
