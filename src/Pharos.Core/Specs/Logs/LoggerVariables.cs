using System.Globalization;

namespace Pharos.Core.Specs.Logs;

/// <summary>The variables LOGGER_* that NocoBase documents, with the suffixes that its documentation promises. For an app they come from its declared environment,
/// for the daemon from its own; for an app they are defaults below what its <c>logs</c> say.</summary>
public sealed record LoggerVariables
{
    /// <summary>Names of the variables.</summary>
    public static IReadOnlyList<string> Names { get; } = ["LOGGER_TRANSPORT", "LOGGER_BASE_PATH", "LOGGER_LEVEL", "LOGGER_MAX_FILES", "LOGGER_MAX_SIZE", "LOGGER_FORMAT"];

    /// <summary>LOGGER_TRANSPORT has <c>console</c>; null: the variable is not there.</summary>
    public bool? Console { get; init; }

    /// <summary>LOGGER_TRANSPORT has <c>file</c> or <c>dailyRotateFile</c>; null: the variable is not there.</summary>
    public bool? File { get; init; }

    /// <summary>LOGGER_TRANSPORT has <c>dailyRotateFile</c>.</summary>
    public bool Daily { get; init; }

    /// <summary>LOGGER_BASE_PATH: folder of the files, as written; null: the usual one.</summary>
    public string? BasePath { get; init; }

    /// <summary>LOGGER_LEVEL: least severity.</summary>
    public LogLevel? Level { get; init; }

    /// <summary>LOGGER_MAX_FILES as a number.</summary>
    public int? MaxFiles { get; init; }

    /// <summary>LOGGER_MAX_FILES with a d.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>LOGGER_MAX_SIZE, bytes.</summary>
    public long? MaxSizeBytes { get; init; }

    /// <summary>LOGGER_FORMAT.</summary>
    public LogFormat? Format { get; init; }

    /// <summary>Reads them. One that is empty counts as not there.</summary>
    /// <param name="getenv">The value of a variable.</param>
    /// <param name="faults">A line for each that is not understood.</param>
    /// <returns>What they say.</returns>
    public static LoggerVariables Read(Func<string, string?> getenv, out IReadOnlyList<string> faults)
    {
        List<string> wrong = [];
        faults = wrong;
        T? Value<T>(string name, Func<string, T?> read, string accepted)
        {
            if (getenv(name) is not { Length: > 0 } text)
                return default;
            var value = read(text.Trim());
            if (value is null)
                wrong.Add($"{name} '{text}' is not understood: write {accepted}");
            return value;
        }

        var transports = Value("LOGGER_TRANSPORT", Transports, "console, file, dailyRotateFile, or several with commas");
        var files = Value("LOGGER_MAX_FILES", Files, "a number of files such as 10, or of days such as 14d");
        return new()
        {
            Console = transports?.Contains("console"),
            File = transports?.Any(t => t != "console"),
            Daily = transports?.Contains("dailyRotateFile") == true,
            BasePath = Value("LOGGER_BASE_PATH", text => text.Contains('\0') ? null : text, "a folder"),
            Level = Value("LOGGER_LEVEL", LogSettings.Level, "trace, debug, info, warn, error or fatal"),
            MaxFiles = files?.Count,
            MaxAge = files?.Age,
            MaxSizeBytes = Value("LOGGER_MAX_SIZE", text => Quantities.TrySize(text, out var bytes) && bytes >= 4096 ? bytes : (long?)null, "a size from 4k, such as 20m or 1g"),
            Format = Value("LOGGER_FORMAT", LogSettings.Format, "console, json, logfmt or delimiter"),
        };
    }

    /// <summary>Lays them over a spec.</summary>
    /// <param name="spec">The spec.</param>
    /// <returns>The spec with them; the paths are not its business.</returns>
    public LogSpec Over(LogSpec spec) => spec with
    {
        ErrorsFile = File == true ? LogSpec.DefaultFile : spec.ErrorsFile,
        Format = Format ?? spec.Format,
        Level = Level ?? spec.Level,
        Rotation = spec.Rotation with
        {
            Daily = Daily || spec.Rotation.Daily,
            SizeBytes = MaxSizeBytes ?? spec.Rotation.SizeBytes,
            Age = MaxAge ?? spec.Rotation.Age,
            Keep = MaxFiles ?? (MaxAge is null ? spec.Rotation.Keep : 0),
        },
    };

    private static IReadOnlyList<string>? Transports(string text)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 && words.All(w => w is "console" or "file" or "dailyRotateFile") ? words : null;
    }

    private static (int? Count, TimeSpan? Age)? Files(string text)
    {
        var days = text.EndsWith('d');
        if (!int.TryParse(days ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 100_000)
            return null;
        return days ? (null, TimeSpan.FromDays(number)) : (number, null);
    }
}
