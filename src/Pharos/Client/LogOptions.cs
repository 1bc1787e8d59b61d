using Pharos.Client.Line;

namespace Pharos.Client;

/// <summary>The options of start that are about the app's output, as the settings that go over the wire.</summary>
internal static class LogOptions
{
    /// <summary>What contradicts itself.</summary>
    /// <returns>One line; null when nothing does.</returns>
    public static string? Fault(ParsedLine line)
    {
        if (line.Has("--time") && line.Has("--log-date-format"))
        {
            return "--time and --log-date-format say the same: write one of them";
        }

        var own = Own(line, null);
        foreach (var option in line.All("--log-opt"))
        {
            if (own.ContainsKey(option[..option.IndexOf('=')]))
            {
                return $"--log-opt {option} says what another option says too: write one of them";
            }
        }

        return null;
    }

    /// <summary>The settings.</summary>
    public static Dictionary<string, string> Of(ParsedLine line, Shell shell)
    {
        var settings = Own(line, shell);
        foreach (var option in line.All("--log-opt"))
        {
            var equals = option.IndexOf('=');
            settings[option[..equals]] = option[(equals + 1)..];
        }

        return settings;
    }

    private static Dictionary<string, string> Own(ParsedLine line, Shell? shell)
    {
        var settings = new Dictionary<string, string>();
        void Set(string key, string? value)
        {
            if (value is not null)
            {
                settings[key] = value;
            }
        }

        Set("file", line.Value("--log-file") is { } file ? (shell is null || file == "NULL" ? file : Path.GetFullPath(file, shell.Cwd)) : null);
        Set("merge", line.Has("--merge-logs") ? "true" : null);
        Set("off", line.Has("--disable-logs") ? "true" : null);
        Set("format", line.Value("--log-format"));
        Set("time", line.Has("--time") ? "true" : line.Value("--log-date-format"));
        Set("rotate.size", line.Value("--log-max-size"));
        Set("level", line.Value("--log-level"));
        if (line.Value("--log-max-files") is { } files)
        {
            var days = files.EndsWith('d');
            Set("rotate.age", days ? files : null);
            Set("rotate.keep", days ? "0" : files);
        }

        return settings;
    }
}
