using System.Globalization;

namespace Pharos.Core.Specs.Logs;

/// <summary>The kinds of settings, and the words that they take.</summary>
public static partial class LogSettings
{
    private const int MostFiles = 100_000;
    private const long LeastRotation = 4096;

    /// <summary>A format by its word.</summary>
    /// <param name="word">The word.</param>
    /// <returns>Null when it is none.</returns>
    public static LogFormat? Format(string word) => Array.FindIndex(LogWords.Formats, f => f.Word == word) is >= 0 and var at ? LogWords.Formats[at].Value : null;

    /// <summary>A severity by its word; the words of winston, npm and syslog are understood too.</summary>
    /// <param name="word">The word, in any case.</param>
    /// <returns>Null when it is none.</returns>
    public static LogLevel? Level(string word) => word.ToLowerInvariant() switch
    {
        "trace" or "silly" => LogLevel.Trace,
        "debug" or "verbose" => LogLevel.Debug,
        "info" or "information" or "notice" or "http" => LogLevel.Info,
        "warn" or "warning" => LogLevel.Warn,
        "error" or "err" => LogLevel.Error,
        "fatal" or "critical" or "crit" or "alert" or "emerg" => LogLevel.Fatal,
        _ => null,
    };

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Info => "info",
        LogLevel.Warn => "warn",
        LogLevel.Error => "error",
        LogLevel.Fatal => "fatal",
    };

    private static LogSetting Flag(string key, Func<LogSpec, bool, LogSpec> set, Func<LogSpec, bool> get) =>
        new(key, "true or false", (s, v) => v is "true" or "false" ? set(s, v == "true") : null, s => get(s) ? "true" : "false");

    private static LogSetting File(string key, Func<LogSpec, string?, LogSpec> set, Func<LogSpec, string?> get) =>
        new(key, "the path of a file; true for the usual one, false for none", (s, v) => v switch
        {
            "true" or LogSpec.DefaultFile => set(s, LogSpec.DefaultFile),
            "false" or "NULL" or LogSpec.NoFile => set(s, null),
            _ => v.StartsWith('/') && !v.Contains('\0') && !v.EndsWith('/') ? set(s, v) : null,
        }, s => get(s) is { } path ? path == LogSpec.DefaultFile ? "true" : path : "false")
        { IsPath = true };

    private static LogSetting Word<T>(string key, (string Word, T Value)[] words, Func<LogSpec, T, LogSpec> set, Func<LogSpec, T> get)
        where T : struct, Enum =>
        new(key, string.Join(", ", words.Select(w => w.Word).Where(w => w is not ("true" or "false"))), (s, v) => Array.FindIndex(words, w => w.Word == v) is >= 0 and var at ? set(s, words[at].Value) : null,
            s => words.First(w => EqualityComparer<T>.Default.Equals(w.Value, get(s))).Word);

    private static LogSetting Size(string key, long least, long most, Func<LogSpec, long, LogSpec> set, Func<LogSpec, long> get) =>
        new(key, $"bytes, or a number with k, m or g, from {Quantities.Text(least)}{(most == long.MaxValue ? "" : " to " + Quantities.Text(most))}",
            (s, v) => Quantities.TrySize(v, out var bytes) && bytes >= least && bytes <= most ? set(s, bytes) : null, s => Quantities.Text(get(s)));

    private static LogSetting Sample(LogLevel level) =>
        new("sample." + Name(level), "a share from 0 to 1", (s, v) => Share(v) is { } share ? Sampled(s, level, share) : null, s => s.ShareOf((int)level).ToString("R", CultureInfo.InvariantCulture));

    private static LogSpec Sampled(LogSpec spec, LogLevel level, double share)
    {
        var others = spec.Samples.Where(s => s.Level != level);
        return spec with { Samples = [.. (share < 1 ? others.Append(new LogSample(level, share)) : others).OrderBy(s => s.Level)] };
    }

    private static LogSpec? Time(LogSpec spec, string text) => text switch
    {
        "true" => spec with { TimeFormat = LogSpec.PlainTime },
        "false" => spec with { TimeFormat = null },
        "" => null,
        _ => text.AsSpan().ContainsAny('\n', '\r', '\0') || text.Length > 100 ? null : spec with { TimeFormat = text },
    };

    private static LogSpec? Patterns(LogSpec spec, string text)
    {
        var patterns = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return patterns.All(ProbeSpec.IsPattern) ? spec with { Redaction = spec.Redaction with { Patterns = [.. patterns] } } : null;
    }

    private static LogSpec Rotate(LogSpec spec, Func<LogRotation, LogRotation> change) => spec with { Rotation = change(spec.Rotation) };

    private static LogSpec Join(LogSpec spec, Func<LogMultiline, LogMultiline> change) => spec with { Multiline = change(spec.Multiline) };

    private static TimeSpan? Duration(string text) => Quantities.TryDuration(text, out var value) ? value : null;

    private static int? Whole(string text, int least, int most) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most ? n : null;

    private static double? Share(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
