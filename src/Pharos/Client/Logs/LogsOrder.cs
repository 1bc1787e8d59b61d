using System.Globalization;
using Pharos.Client.Line;
using Pharos.Contracts;
using Pharos.Logs.History;
using Pharos.Telemetry.Records;

namespace Pharos.Client.Logs;

/// <summary>What a command line of logs asks for.</summary>
internal sealed class LogsOrder
{
    private const int UsualLines = 15;

    /// <summary>Apps and instances; empty: all.</summary>
    public required string[] Selectors { get; init; }

    /// <summary>Namespace; null: any.</summary>
    public string? Namespace { get; init; }

    /// <summary>Which lines.</summary>
    public required LogFilter Filter { get; init; }

    /// <summary>How many of the last lines of each instance; null: all since the beginning of the range.</summary>
    public int? Lines { get; init; }

    /// <summary>Go on with what comes.</summary>
    public bool Follow { get; init; }

    /// <summary>out, err; null: both.</summary>
    public string? Stream { get; init; }

    /// <summary>Groups of errors in place of lines.</summary>
    public bool Errors { get; init; }

    /// <summary>Least severity of what is an error.</summary>
    public int ErrorLevel { get; init; }

    /// <summary>What an error, its stack trace included, has to match; null: anything.</summary>
    public System.Text.RegularExpressions.Regex? ErrorGrep { get; init; }

    /// <summary>One JSON object a line.</summary>
    public bool Json { get; init; }

    /// <summary>Lines as the app wrote them, and nothing else.</summary>
    public bool Raw { get; init; }

    /// <summary>Colours are allowed.</summary>
    public bool Color { get; init; }

    /// <summary>Each line begins with its time.</summary>
    public bool Times { get; init; }

    /// <summary>Whether the stream is asked for.</summary>
    public bool WantsStream(bool stderr) => Stream is null || stderr == (Stream == "err");

    /// <summary>Reads a command line.</summary>
    /// <param name="line">It.</param>
    /// <param name="shell">Where it was typed.</param>
    /// <param name="now">The time now, in the zone that times are meant in.</param>
    /// <param name="order">What it asks for.</param>
    /// <returns>Null, or one line that says what is wrong.</returns>
    public static string? Read(ParsedLine line, Shell shell, DateTimeOffset now, out LogsOrder? order)
    {
        order = null;
        if (line.Has("--out") && line.Has("--err"))
        {
            return "--out and --err exclude each other; without either you get both";
        }

        if (line.Has("--follow") && (line.Has("--no-follow") || line.Has("--until")))
        {
            return $"--follow and {(line.Has("--until") ? "--until" : "--no-follow")} exclude each other";
        }

        if (Time(line, "--since", now, out var since) is { } wrongSince)
        {
            return wrongSince;
        }

        if (Time(line, "--until", now, out var until) is { } wrongUntil)
        {
            return wrongUntil;
        }

        if (since is not null && until is not null && since >= until)
        {
            return "--since must be before --until";
        }

        var level = 0;
        if (line.Value("--level") is { } word && (level = Level(word)) == 0)
        {
            return $"option '--level' wants trace, debug, info, warn, error or fatal, not '{word}'";
        }

        System.Text.RegularExpressions.Regex? grep = null;
        if (line.Value("--grep") is { } pattern)
        {
            try
            {
                grep = LogFilter.Compile(pattern, line.Has("--ignore-case"));
            }
            catch (ArgumentException e)
            {
                return $"option '--grep' wants a regular expression, not '{pattern}': {e.Message}";
            }
        }

        var words = line.Words.ToList();
        var errors = words is ["errors", ..];
        if (errors)
        {
            words.RemoveAt(0);
        }

        // Lines that continue an error declare no severity and may match nothing: for errors both are looked at when they are whole.
        var daily = errors && since is null && until is null ? now - TimeSpan.FromDays(1) : since;
        var ranged = since is not null || until is not null;
        var filtered = level > 0 || grep is not null;
        order = new()
        {
            Selectors = [.. words.Where(w => w != "all")],
            Namespace = line.Value("--namespace"),
            Filter = new() { Since = Nanos(daily), Until = Nanos(until), Level = errors ? 0 : level, Grep = errors ? null : grep },
            ErrorLevel = level > 0 ? level : Severity.Error,
            ErrorGrep = errors ? grep : null,
            Lines = line.Value("--lines") is { } lines ? int.Parse(lines, CultureInfo.InvariantCulture) : ranged || errors ? null : UsualLines,
            Follow = !errors && (line.Has("--follow") || (!line.Has("--no-follow") && until is null && !(ranged || filtered))),
            Stream = line.Has("--out") ? "out" : line.Has("--err") ? "err" : null,
            Errors = errors,
            Json = line.Has("--json"),
            Raw = line.Has("--raw"),
            Color = Cli.WantsColor(line, shell),
            Times = line.Has("--time"),
        };
        return null;
    }

    /// <summary>The OTLP number of a level's word; 0: it is none.</summary>
    private static int Level(string word) => word.ToLowerInvariant() switch
    {
        "trace" => Severity.Trace,
        "debug" => Severity.Debug,
        "info" => Severity.Info,
        "warn" or "warning" => Severity.Warn,
        "error" => Severity.Error,
        "fatal" => Severity.Fatal,
        _ => 0,
    };

    /// <summary>A duration counts back from now; a date or a time of day is local unless it says its zone.</summary>
    private static string? Time(ParsedLine line, string option, DateTimeOffset now, out DateTimeOffset? time)
    {
        time = null;
        if (line.Value(option) is not { } text)
        {
            return null;
        }

        if (text.Length > 1 && char.IsAsciiLetter(text[^1]) && Durations.TryParse(text, out var ago))
        {
            time = now - ago;
        }
        else if (DateTimeOffset.TryParseExact(text, ["H:mm", "H:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var ofDay))
        {
            time = new DateTimeOffset(now.Date + ofDay.TimeOfDay, now.Offset);
        }
        else if (text.Length >= 8 && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at))
        {
            time = at.Kind == DateTimeKind.Unspecified ? new DateTimeOffset(at, now.Offset)
                : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal);
        }
        else
        {
            return $"option '{option}' wants a duration such as 10m, 2h or 3d, a time such as 14:30, or a date such as 2026-11-25 or 2026-11-25T14:30:00, not '{text}'";
        }

        return null;
    }

    private static long? Nanos(DateTimeOffset? at) => at is { } time ? (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100 : null;
}
