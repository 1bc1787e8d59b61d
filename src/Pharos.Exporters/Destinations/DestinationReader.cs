using System.Globalization;
using System.Text;
using Pharos.Exporters.Presets;
using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Destinations;

/// <summary>Makes a destination of an entry of the settings file: preset, then what the entry says over it. Every fault is one line that names the key and a cure.</summary>
/// <param name="getenv">Value of a variable of the environment; null or empty: not set.</param>
/// <param name="common">What is the same for all destinations: the interval, batches, names.</param>
public sealed class DestinationReader(Func<string, string?> getenv, OtlpSettings common)
{
    private static readonly OtlpSignal[] AllSignals = [OtlpSignal.Logs, OtlpSignal.Metrics, OtlpSignal.Traces];

    /// <summary>Reads all entries.</summary>
    /// <param name="document">The settings file.</param>
    /// <returns>The destinations by name, and a line for each fault; a destination with a fault is not among them.</returns>
    public (IReadOnlyList<Destination> Destinations, IReadOnlyList<string> Faults) ReadAll(DestinationDocument document)
    {
        List<Destination> all = [];
        List<string> faults = [];
        foreach (var (name, entry) in document.Destinations.OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            var (destination, wrong) = Read(name, entry);
            faults.AddRange(wrong.Select(w => $"destinations.{name}.{w}"));
            if (destination is not null)
                all.Add(destination);
        }

        return (all, faults);
    }

    /// <summary>What is wrong with a name.</summary>
    /// <param name="name">A name.</param>
    /// <returns>Null: nothing.</returns>
    public static string? NameFault(string name) =>
        !IsName(name) ? $"'{name}' is not a name: letters, digits, '-', '_' and '.', at most 40, and a letter or digit first"
        : name == Destination.OfEnvironment ? $"'{name}' is the name of something else; choose another"
        : null;

    /// <summary>Reads one entry.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>The destination, or null and what is wrong: <c>key: what; cure</c>.</returns>
    public (Destination? Destination, IReadOnlyList<string> Faults) Read(string name, DestinationEntry entry)
    {
        var work = new Work(getenv, entry);
        if (NameFault(name) is { } badName)
            work.Fault("name", badName);
        if (entry.Preset is { } preset && PresetTable.Find(preset) is null)
        {
            work.Fault("preset", $"there is no preset '{preset}'; 'pharos otel preset list' shows them");
            return (null, work.Faults);
        }

        if (work.Preset?.NeedsCollector is { } why)
        {
            work.Fault("preset", $"'{entry.Preset}' needs a collector: {why}; run 'pharos otel snippet {entry.Preset}', then 'pharos otel set collector'");
            return (null, work.Faults);
        }

        var settings = work.Settings(common, name);
        return work.Faults.Count > 0
            ? (null, work.Faults)
            : (new Destination(name, settings) { Preset = work.Preset, Origins = work.Origins, NotSent = work.NotSent }, []);
    }

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= 40 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>One entry on its way to settings.</summary>
    private sealed class Work(Func<string, string?> getenv, DestinationEntry entry)
    {
        private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

        public List<string> Faults { get; } = [];

        public Preset? Preset { get; } = entry.Preset is { } name ? PresetTable.Find(name) : null;

        public Dictionary<string, string> Origins { get; } = new(StringComparer.Ordinal);

        public Dictionary<OtlpSignal, string> NotSent { get; } = [];

        public void Fault(string key, string what)
        {
            var line = $"{key}: {what}";
            if (!Faults.Contains(line))
                Faults.Add(line);
        }

        public OtlpSettings Settings(OtlpSettings common, string name)
        {
            Parameters();
            var key = entry.Key is null ? null : Secret("key", entry.Key);
            if (key is not null)
                _values["key"] = key;
            if (Preset is { Key: not null, KeyIsOptional: false } && entry.Key is null)
                Fault("key", $"{Preset.Vendor} wants its {Preset.Key}; give --key-file FILE or --key-env NAME");
            if (entry.Key is not null && Preset?.Key is null)
                Fault("key", entry.Preset is null ? "a plain endpoint has headers, not a key; use --header NAME=VALUE" : $"the preset '{entry.Preset}' has no key");
            var transport = Transport();
            var headers = entry.Headers?.ToDictionary(h => h.Key.ToLowerInvariant(), h => Header(h.Key, h.Value)) ?? [];
            var wanted = Signals();
            Pem("ca", entry.Ca);
            Pem("clientCertificate", entry.ClientCertificate);
            Pem("clientKey", entry.ClientKey);
            if (entry.ClientCertificate is null != entry.ClientKey is null)
                Fault(entry.ClientKey is null ? "clientKey" : "clientCertificate", "certificate and key go together; give --client-certificate FILE and --client-key FILE");
            OtlpSignalSettings? One(OtlpSignal signal) => wanted.Contains(signal) ? Signal(signal, transport, headers) : null;
            var settings = new OtlpSettings
            {
                Name = name,
                Logs = One(OtlpSignal.Logs),
                Metrics = One(OtlpSignal.Metrics),
                Traces = One(OtlpSignal.Traces),
                Temporality = Temporality(),
                Histograms = Histograms(),
                MetricInterval = common.MetricInterval,
                LogBatch = common.LogBatch,
                ResourceAttributes = common.ResourceAttributes,
                ServiceName = common.ServiceName,
            };
            if (!settings.HasDestination && Faults.Count == 0)
                Fault("endpoint", "there is no URL for any signal; give a base URL such as http://collector:4318");
            return settings;
        }

        private void Parameters()
        {
            var given = entry.Parameters ?? new Dictionary<string, string>();
            foreach (var (name, value) in given)
            {
                if (Preset?.Parameters.FirstOrDefault(p => p.Name == name) is not { } known)
                    Fault($"parameters.{name}", Preset is null ? "only presets have parameters" : $"the preset '{Preset.Name}' knows {(Preset.Parameters.Count == 0 ? "no parameter" : string.Join(", ", Preset.Parameters.Select(p => p.Name)))}");
                else if (known.Choices.Count > 0 && !known.Choices.ContainsKey(value))
                    Fault($"parameters.{name}", $"'{value}' is not one of {string.Join(", ", known.Choices.Keys)}");
                else if (value.Length == 0 || value.Any(c => char.IsControl(c) || c is ' ' or '?' or '#' or '{' or '}') || (known.Name == "host" && value.Contains("//", StringComparison.Ordinal)))
                    Fault($"parameters.{name}", $"'{value}' cannot be part of an address; it is {known.Help}");
            }

            foreach (var parameter in Preset?.Parameters ?? [])
            {
                if ((given.GetValueOrDefault(parameter.Name) ?? parameter.Default) is { } value)
                    _values[parameter.Name] = parameter.Choices.GetValueOrDefault(value) ?? value;
                else
                    Fault($"parameters.{parameter.Name}", $"{Preset!.Vendor} needs it ({parameter.Help}); write {parameter.Name}=… behind the preset");
            }
        }

        private OtlpTransport Transport()
        {
            switch (entry.Protocol)
            {
                case null:
                    // 4317 is registered for OTLP over gRPC; whoever writes it without more means that.
                    return Preset?.Transport ?? (Uri.TryCreate(entry.Endpoint, UriKind.Absolute, out var url) && url.Port == 4317 ? OtlpTransport.Grpc : OtlpTransport.HttpProtobuf);
                case "http/protobuf" or "http":
                    return OtlpTransport.HttpProtobuf;
                case "grpc":
                    if (Preset is not null && Preset.Grpc is null)
                        Fault("protocol", $"{Preset.Vendor} does not take gRPC; leave --protocol out");
                    return OtlpTransport.Grpc;
                case var other:
                    Fault("protocol", $"'{other}' is not http/protobuf or grpc");
                    return OtlpTransport.HttpProtobuf;
            }
        }

        private HashSet<OtlpSignal> Signals()
        {
            var wanted = AllSignals.ToHashSet();
            if (entry.Signals is { } asked)
            {
                wanted = [];
                foreach (var word in asked)
                {
                    if (Enum.TryParse<OtlpSignal>(word, ignoreCase: true, out var signal) && !char.IsAsciiDigit(word[0]))
                        wanted.Add(signal);
                    else
                        Fault("signals", $"'{word}' is not logs, metrics or traces");
                }
            }

            foreach (var signal in AllSignals)
            {
                if (!wanted.Contains(signal))
                    NotSent[signal] = "not asked for (--signals)";
                else if (Preset?.Unsupported.GetValueOrDefault(signal) is { } reason && Url(signal) is null)
                    NotSent[signal] = reason;
            }

            wanted.ExceptWith(NotSent.Keys);
            return wanted;
        }

        private string? Url(OtlpSignal signal) => signal switch
        {
            OtlpSignal.Logs => entry.Endpoints?.Logs,
            OtlpSignal.Metrics => entry.Endpoints?.Metrics,
            OtlpSignal.Traces => entry.Endpoints?.Traces,
        };

        private OtlpSignalSettings? Signal(OtlpSignal signal, OtlpTransport transport, Dictionary<string, string> headers)
        {
            if (Endpoint(signal, transport) is not { } endpoint)
                return null;
            var all = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var header in Preset?.Headers ?? [])
            {
                var fits = (header.Signals.Length == 0 || header.Signals.Contains(signal)) && (!header.GrpcOnly || transport == OtlpTransport.Grpc);
                if (fits && HeaderOf(header) is { } value)
                {
                    all[header.Name] = value;
                    Origins.TryAdd(header.Name, header.Template.Contains("{key}", StringComparison.Ordinal) ? entry.Key!.Origin : "of the preset");
                }
            }

            foreach (var (name, value) in headers)
                all[name] = value;
            var limit = Preset?.Limits.FirstOrDefault(l => l.Signal == signal);
            return new OtlpSignalSettings
            {
                Endpoint = endpoint,
                Transport = transport,
                Headers = [.. all],
                Gzip = Gzip(),
                Timeout = TimeSpan.FromMilliseconds(Number("timeoutMs", entry.TimeoutMs, 1, 600_000) ?? 10_000),
                CertificateFile = entry.Ca,
                ClientCertificateFile = entry.ClientCertificate,
                ClientKeyFile = entry.ClientKey,
                MaxRequestBytes = Number("maxRequestBytes", entry.MaxRequestBytes, 4096, 64 * 1024 * 1024) ?? limit?.Bytes,
                MaxItems = limit?.Items,
            };
        }

        private Uri? Endpoint(OtlpSignal signal, OtlpTransport transport)
        {
            var word = signal.ToString().ToLowerInvariant();
            if (Url(signal) is { } own)
                return Parse($"endpoints.{word}", own);
            if (Preset is null)
            {
                if (entry.Endpoint is null || Parse("endpoint", entry.Endpoint) is not { } url)
                    return null;
                if (transport == OtlpTransport.Grpc)
                    return url;
                if (url.AbsolutePath.EndsWith("/v1/logs", StringComparison.Ordinal) || url.AbsolutePath.EndsWith("/v1/metrics", StringComparison.Ordinal) || url.AbsolutePath.EndsWith("/v1/traces", StringComparison.Ordinal))
                {
                    Fault("endpoint", "is the URL of one signal; give the part before /v1, or use --logs-endpoint, --metrics-endpoint, --traces-endpoint");
                    return null;
                }

                return new UriBuilder(url) { Path = url.AbsolutePath.TrimEnd('/') + "/v1/" + word }.Uri;
            }

            var template = transport == OtlpTransport.Grpc ? Preset.Grpc : Preset.Http.GetValueOrDefault(signal);
            if (template is null || Expand(template) is not { } text || Parse($"parameters", text) is not { } preset)
                return null;
            return entry.Endpoint is null || Parse("endpoint", entry.Endpoint) is not { } instead ? preset : new UriBuilder(preset)
            {
                Scheme = instead.Scheme,
                Host = instead.Host,
                Port = instead.Port,
                Path = instead.AbsolutePath.TrimEnd('/') + preset.AbsolutePath,
            }.Uri;
        }

        private Uri? Parse(string key, string text)
        {
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0)
            {
                if (url.UserInfo.Length == 0)
                    return url;
                Fault(key, "a password in a URL is not sent; use --header authorization=…");
                return null;
            }

            Fault(key, $"'{text}' is not an absolute http:// or https:// URL");
            return null;
        }

        /// <returns>Null when a value in it was not given.</returns>
        private string? HeaderOf(PresetHeader header)
        {
            const string basic = "basic:";
            if (!header.Template.StartsWith(basic, StringComparison.Ordinal))
                return header.Template.StartsWith('{') && header.Template.Contains('"') ? header.Template : Expand(header.Template);
            return Expand(header.Template[basic.Length..]) is { } pair ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)) : null;
        }

        /// <returns>Null when a value in it was not given; that is told elsewhere.</returns>
        private string? Expand(string template)
        {
            foreach (var (name, value) in _values)
                template = template.Replace("{" + name + "}", value, StringComparison.Ordinal);
            return template.Contains('{') ? null : template;
        }

        private string Header(string name, SecretReference reference)
        {
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c)))
                Fault($"headers.{name}", "is not the name of a header");
            Origins[name.ToLowerInvariant()] = reference.Origin;
            return Secret($"headers.{name}", reference) ?? "";
        }

        private string? Secret(string key, SecretReference reference)
        {
            if (new[] { reference.Value, reference.Env, reference.File }.Count(v => v is not null) != 1)
            {
                Fault(key, "wants exactly one of value, env and file");
                return null;
            }

            var text = reference.Value;
            if (reference.Env is { } variable)
            {
                text = getenv(variable)?.Trim();
                if (string.IsNullOrEmpty(text))
                    Fault(key, $"the environment of the daemon has no variable {variable}; use --key-file or --header-file, or start the daemon with it");
            }
            else if (reference.File is { } file)
            {
                text = ReadSecret(key, file);
            }

            if (text is not null && text.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                Fault(key, "is more than one line");
                return null;
            }

            return text is { Length: > 0 } ? text : null;
        }

        private string? ReadSecret(string key, string file)
        {
            try
            {
                var text = File.ReadAllText(file).Trim();
                if (text.Length == 0)
                    Fault(key, $"{file} is empty");
                return text;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                Fault(key, $"cannot read {file}: {e.Message}");
                return null;
            }
        }

        private bool Gzip()
        {
            if (entry.Compression is not (null or "gzip" or "none"))
                Fault("compression", $"'{entry.Compression}' is not gzip or none");
            return entry.Compression is { } word ? word == "gzip" : Preset?.Gzip ?? true;
        }

        private int? Number(string key, int? value, int least, int most)
        {
            if (value is { } number && (number < least || number > most))
                Fault(key, string.Create(CultureInfo.InvariantCulture, $"{number} is not a whole number from {least} to {most}"));
            return value;
        }

        private TemporalityPreference Temporality()
        {
            switch (entry.Temporality)
            {
                case null:
                    return Preset?.Temporality ?? TemporalityPreference.Cumulative;
                case "cumulative":
                    return TemporalityPreference.Cumulative;
                case "delta":
                    return TemporalityPreference.Delta;
                case "lowmemory":
                    return TemporalityPreference.LowMemory;
                case var other:
                    Fault("temporality", $"'{other}' is not cumulative, delta or lowmemory");
                    return TemporalityPreference.Cumulative;
            }
        }

        private HistogramEncoding Histograms()
        {
            switch (entry.Histograms)
            {
                case null:
                    return Preset?.Histograms ?? HistogramEncoding.Explicit;
                case "explicit":
                    return HistogramEncoding.Explicit;
                case "exponential":
                    return HistogramEncoding.Exponential;
                case var other:
                    Fault("histograms", $"'{other}' is not explicit or exponential");
                    return HistogramEncoding.Explicit;
            }
        }

        private void Pem(string key, string? path)
        {
            if (path is null)
                return;
            try
            {
                if (File.ReadAllText(path).Contains("-----BEGIN ", StringComparison.Ordinal))
                    return;
                Fault(key, $"{path} is not a PEM file");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                Fault(key, $"cannot read {path}: {e.Message}");
            }
        }
    }
}
