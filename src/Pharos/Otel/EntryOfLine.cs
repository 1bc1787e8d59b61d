using Pharos.Client.Line;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Exporters.Destinations;
using Pharos.Exporters.Presets;

namespace Pharos.Otel;

/// <summary>What <c>otel set</c> was told, as an entry of the settings file. Whether it makes sense is judged by <see cref="DestinationReader"/>.</summary>
internal static class EntryOfLine
{
    /// <returns>Null, or what is wrong in a line.</returns>
    public static string? Make(ParsedLine line, string cwd, out DestinationEntry? entry)
    {
        entry = null;
        var target = line.Words[1];
        var isUrl = target.Contains("://", StringComparison.Ordinal);
        if (!isUrl && PresetTable.Find(target) is null)
            return $"there is no preset '{target}'{Nearest.DidYouMean(target, [.. PresetTable.All.Select(p => p.Name)])}; write a URL such as http://collector:4318, or see 'pharos otel preset list'";
        if (isUrl && line.Has("--endpoint"))
            return "--endpoint goes with a preset; a URL is an endpoint already";
        if (Parameters(line, out var parameters) is { } badParameter)
            return badParameter;
        if (Headers(line, cwd, out var headers) is { } badHeader)
            return badHeader;
        if (new[] { "--key", "--key-file", "--key-env" }.Count(line.Has) > 1)
            return "--key, --key-file and --key-env exclude each other";
        string? File(string option) => line.Value(option) is { } path ? Path.GetFullPath(path, cwd) : null;
        var urls = new SignalUrls { Logs = line.Value("--logs-endpoint"), Metrics = line.Value("--metrics-endpoint"), Traces = line.Value("--traces-endpoint") };
        entry = new DestinationEntry
        {
            Preset = isUrl ? null : target,
            Parameters = parameters.Count > 0 ? parameters : null,
            Endpoint = isUrl ? target : line.Value("--endpoint"),
            Endpoints = urls is { Logs: null, Metrics: null, Traces: null } ? null : urls,
            Protocol = line.Value("--protocol"),
            Key = line.Value("--key") is { } key ? new SecretReference { Value = key }
                : line.Value("--key-env") is { } variable ? new SecretReference { Env = variable }
                : File("--key-file") is { } keyFile ? new SecretReference { File = keyFile }
                : null,
            Headers = headers.Count > 0 ? headers : null,
            Compression = line.Value("--compression"),
            TimeoutMs = line.Value("--timeout") is { } wait && Durations.TryParse(wait, out var timeout) ? (int)Math.Min(int.MaxValue, timeout.TotalMilliseconds) : null,
            Temporality = line.Value("--temporality"),
            Histograms = line.Value("--histograms"),
            MaxRequestBytes = line.Value("--max-request-bytes") is { } bytes ? int.Parse(bytes, System.Globalization.CultureInfo.InvariantCulture) : null,
            Signals = line.Value("--signals")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Ca = File("--ca"),
            ClientCertificate = File("--client-certificate"),
            ClientKey = File("--client-key"),
        };
        return null;
    }

    /// <summary>The words behind the preset.</summary>
    /// <returns>Null, or what is wrong in a line.</returns>
    public static string? Parameters(ParsedLine line, out Dictionary<string, string> parameters)
    {
        parameters = new(StringComparer.Ordinal);
        foreach (var word in line.Words.Skip(2))
        {
            if (word.IndexOf('=') is var equals && equals < 1)
                return $"'{word}' is not PARAMETER=VALUE; 'pharos otel preset list' shows what each preset wants to know";
            parameters[word[..equals]] = word[(equals + 1)..];
        }

        return null;
    }

    private static string? Headers(ParsedLine line, string cwd, out Dictionary<string, SecretReference> headers)
    {
        headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (option, make) in new (string, Func<string, SecretReference>)[]
        {
            ("--header", value => new SecretReference { Value = value }),
            ("--header-env", value => new SecretReference { Env = value }),
            ("--header-file", value => new SecretReference { File = Path.GetFullPath(value, cwd) }),
        })
        {
            foreach (var pair in line.All(option))
            {
                var (name, value) = (pair[..pair.IndexOf('=')], pair[(pair.IndexOf('=') + 1)..]);
                if (!headers.TryAdd(name.ToLowerInvariant(), make(value)))
                    return $"the header {name} is given twice";
            }
        }

        return null;
    }
}
