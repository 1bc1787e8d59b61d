using System.Globalization;

namespace Pharos.Exporters.Settings;

/// <summary>The standard variables of the OpenTelemetry specification (configuration/sdk-environment-variables, protocol/exporter) as settings.</summary>
internal sealed class EnvironmentReader(Func<string, string?> getenv)
{
    private const string Otlp = "OTEL_EXPORTER_OTLP_";
    private readonly List<SettingFault> _faults = [];

    public (OtlpSettings Settings, IReadOnlyList<SettingFault> Faults) Read()
    {
        var disabled = Flag("OTEL_SDK_DISABLED");
        var settings = new OtlpSettings
        {
            Logs = Signal("LOGS", "v1/logs", disabled),
            Metrics = Signal("METRICS", "v1/metrics", disabled),
            Traces = Signal("TRACES", "v1/traces", disabled),
            Temporality = Temporality(),
            Histograms = Histograms(),
            MetricInterval = Milliseconds("OTEL_METRIC_EXPORT_INTERVAL", ExportInterval.Default),
            LogBatch = LogBatch(),
            ResourceAttributes = Pairs("OTEL_RESOURCE_ATTRIBUTES", secret: false),
            ServiceName = Get("OTEL_SERVICE_NAME"),
            PrometheusHost = Get("OTEL_EXPORTER_PROMETHEUS_HOST"),
            PrometheusPort = WholeNumber("OTEL_EXPORTER_PROMETHEUS_PORT", 1, ushort.MaxValue),
        };
        return (settings, _faults);
    }

    private OtlpSignalSettings? Signal(string signal, string path, bool disabled)
    {
        if (!PushAsked($"OTEL_{signal}_EXPORTER"))
            return null;
        var transport = Transport(signal);
        var endpoint = Endpoint(signal, path, transport);
        var certificates = Certificates(signal);
        var settings = endpoint is null || transport is null ? null : new OtlpSignalSettings
        {
            Endpoint = endpoint,
            Transport = transport.Value,
            Headers = Pairs(Variable(signal, "HEADERS"), secret: true),
            Gzip = Gzip(signal),
            Timeout = Milliseconds(Variable(signal, "TIMEOUT"), TimeSpan.FromSeconds(10)),
            CertificateFile = certificates.Authority,
            ClientCertificateFile = certificates.Client,
            ClientKeyFile = certificates.Key,
        };
        return disabled ? null : settings;
    }

    /// <summary>The variable of the signal where it is set, else the general one.</summary>
    private string Variable(string signal, string name) =>
        Get($"{Otlp}{signal}_{name}") is null ? Otlp + name : $"{Otlp}{signal}_{name}";

    private bool PushAsked(string variable)
    {
        if (Get(variable) is not { } value)
            return true;
        var push = false;
        foreach (var word in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            push |= word == "otlp";
            var known = word is "otlp" or "none" || (word == "prometheus" && variable == "OTEL_METRICS_EXPORTER");
            if (!known)
                Fault(variable, value, variable == "OTEL_METRICS_EXPORTER" ? "otlp, prometheus or none" : "otlp or none");
        }

        return push;
    }

    private OtlpTransport? Transport(string signal)
    {
        var variable = Variable(signal, "PROTOCOL");
        switch (Get(variable))
        {
            case null or "http/protobuf":
                return OtlpTransport.HttpProtobuf;
            case "grpc":
                return OtlpTransport.Grpc;
            case var value:
                Fault(variable, value, "http/protobuf or grpc");
                return null;
        }
    }

    private Uri? Endpoint(string signal, string path, OtlpTransport? transport)
    {
        var variable = Variable(signal, "ENDPOINT");
        if (Get(variable) is not { } value)
            return null;
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
        {
            Fault(variable, value.Contains('@') ? null : value, "an absolute http:// or https:// URL");
            return null;
        }

        // Only the general variable is a base; the one of a signal is the URL itself.
        if (variable != Otlp + "ENDPOINT" || transport == OtlpTransport.Grpc)
            return url;
        var builder = new UriBuilder(url);
        builder.Path = builder.Path.TrimEnd('/') + "/" + path;
        return builder.Uri;
    }

    private bool Gzip(string signal)
    {
        var variable = Variable(signal, "COMPRESSION");
        var value = Get(variable);
        if (value is not (null or "gzip" or "none"))
            Fault(variable, value, "gzip or none");
        return value == "gzip";
    }

    private (string? Authority, string? Client, string? Key) Certificates(string signal)
    {
        var authority = PemFile(Variable(signal, "CERTIFICATE"));
        var client = PemFile(Variable(signal, "CLIENT_CERTIFICATE"));
        var key = PemFile(Variable(signal, "CLIENT_KEY"));
        if (client is not null && key is null)
            Fault(Variable(signal, "CLIENT_KEY"), Get(Variable(signal, "CLIENT_KEY")) ?? "", "the key file of the client certificate");
        if (key is not null && client is null)
            Fault(Variable(signal, "CLIENT_CERTIFICATE"), Get(Variable(signal, "CLIENT_CERTIFICATE")) ?? "", "the certificate file of the client key");
        return client is null || key is null ? (authority, null, null) : (authority, client, key);
    }

    private string? PemFile(string variable)
    {
        if (Get(variable) is not { } path)
            return null;
        try
        {
            if (File.ReadAllText(path).Contains("-----BEGIN ", StringComparison.Ordinal))
                return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Told below: for the user an unreadable file and a file of another kind have the same cure.
        }

        Fault(variable, path, "a readable PEM file");
        return null;
    }

    private TemporalityPreference Temporality()
    {
        const string variable = Otlp + "METRICS_TEMPORALITY_PREFERENCE";
        var value = Get(variable);
        switch (value?.ToLowerInvariant())
        {
            case null or "cumulative":
                return TemporalityPreference.Cumulative;
            case "delta":
                return TemporalityPreference.Delta;
            case "lowmemory":
                return TemporalityPreference.LowMemory;
            default:
                Fault(variable, value, "cumulative, delta or lowmemory");
                return TemporalityPreference.Cumulative;
        }
    }

    private HistogramEncoding Histograms()
    {
        const string variable = Otlp + "METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
        var value = Get(variable);
        switch (value?.ToLowerInvariant())
        {
            case null or "explicit_bucket_histogram":
                return HistogramEncoding.Explicit;
            case "base2_exponential_bucket_histogram":
                return HistogramEncoding.Exponential;
            default:
                Fault(variable, value, "explicit_bucket_histogram or base2_exponential_bucket_histogram");
                return HistogramEncoding.Explicit;
        }
    }

    private LogBatchSettings LogBatch()
    {
        var defaults = new LogBatchSettings();
        WholeNumber("OTEL_BLRP_MAX_QUEUE_SIZE", 1, int.MaxValue); // there is no queue: the log files are the buffer; a fault is told all the same
        return new LogBatchSettings
        {
            Delay = Milliseconds("OTEL_BLRP_SCHEDULE_DELAY", defaults.Delay),
            MaxRecords = WholeNumber("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", 1, int.MaxValue) ?? defaults.MaxRecords,
        };
    }

    private List<KeyValuePair<string, string>> Pairs(string variable, bool secret)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        if (Get(variable) is not { } value)
            return pairs;
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=');
            var name = equals < 1 ? "" : Uri.UnescapeDataString(part[..equals].Trim());
            var text = Uri.UnescapeDataString(part[(equals + 1)..].Trim());
            var usable = secret ? IsToken(name) && !text.AsSpan().ContainsAny('\r', '\n', '\0') : name.Length > 0;
            if (!usable)
            {
                Fault(variable, secret ? null : value, "key=value pairs with commas between them, values percent-encoded");
                return [];
            }

            pairs.Add(new(secret ? name.ToLowerInvariant() : name, text));
        }

        return pairs;
    }

    /// <summary>RFC 9110, 5.6.2: what may be a header's name.</summary>
    private static bool IsToken(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c));

    private bool Flag(string variable)
    {
        var value = Get(variable);
        if (value is null || bool.TryParse(value, out _))
            return value is not null && bool.Parse(value);
        Fault(variable, value, "true or false");
        return false;
    }

    private TimeSpan Milliseconds(string variable, TimeSpan missing) =>
        WholeNumber(variable, 1, int.MaxValue) is { } value ? TimeSpan.FromMilliseconds(value) : missing;

    private int? WholeNumber(string variable, int least, int most)
    {
        if (Get(variable) is not { } value)
            return null;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Fault(variable, value, most == int.MaxValue ? $"a whole number from {least}" : $"a whole number from {least} to {most}");
        return null;
    }

    private string? Get(string variable) => getenv(variable)?.Trim() is { Length: > 0 } value ? value : null;

    private void Fault(string variable, string? value, string accepted)
    {
        var fault = new SettingFault(variable, value, accepted);
        if (!_faults.Contains(fault))
            _faults.Add(fault);
    }
}
