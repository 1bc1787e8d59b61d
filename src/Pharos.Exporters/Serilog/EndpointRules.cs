using Pharos.Exporters.Settings;

namespace Serilog.Sinks.OpenTelemetry;

/// <summary>The options, overridden by the environment, as destinations of our client.</summary>
internal static class EndpointRules
{
    private static readonly string[] Paths = ["/v1/logs", "/v1/traces"];

    /// <summary>The environment wins over the options.</summary>
    /// <exception cref="ArgumentException">A variable is not usable.</exception>
    public static void ApplyEnvironment(OpenTelemetrySinkOptions options, Func<string, string?> getenv)
    {
        switch (getenv("OTEL_EXPORTER_OTLP_PROTOCOL"))
        {
            case null or "":
                break;
            case "grpc":
                options.Protocol = OtlpProtocol.Grpc;
                break;
            case "http/protobuf":
                options.Protocol = OtlpProtocol.HttpProtobuf;
                break;
            case var other:
                throw new ArgumentException($"OTEL_EXPORTER_OTLP_PROTOCOL={other} is not usable; accepted: http/protobuf or grpc");
        }

        var (settings, _) = OtlpSettings.FromEnvironment(name => name is "OTEL_RESOURCE_ATTRIBUTES" or "OTEL_SERVICE_NAME" or "OTEL_EXPORTER_OTLP_HEADERS" or "OTEL_EXPORTER_OTLP_ENDPOINT" ? getenv(name) : null);
        if (getenv("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 } endpoint)
            options.Endpoint = endpoint;
        foreach (var (name, value) in settings.Logs?.Headers ?? Headers(getenv))
            options.Headers[name] = value;
        foreach (var (key, value) in settings.ResourceAttributes)
            options.ResourceAttributes[key] = value;
        if (settings.ServiceName is { } service)
            options.ResourceAttributes["service.name"] = service;
    }

    /// <exception cref="ArgumentException">The endpoint is no http or https URL.</exception>
    public static OtlpSignalSettings Destination(OpenTelemetrySinkOptions options, OtlpSignal signal)
    {
        if (signal == OtlpSignal.Logs && options.LogsDestination is { } whole)
            return whole;
        var own = signal == OtlpSignal.Logs ? options.LogsEndpoint : options.TracesEndpoint;
        var url = own ?? Base(options.Endpoint) + (options.Protocol == OtlpProtocol.Grpc ? "" : signal == OtlpSignal.Logs ? Paths[0] : Paths[1]);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw new ArgumentException("the endpoint of the OpenTelemetry sink is no http or https URL", nameof(options));
        return new OtlpSignalSettings
        {
            Endpoint = endpoint,
            Transport = options.Protocol == OtlpProtocol.Grpc ? OtlpTransport.Grpc : OtlpTransport.HttpProtobuf,
            Headers = [.. options.Headers.Select(h => KeyValuePair.Create(h.Key.ToLowerInvariant(), h.Value))],
        };
    }

    private static string Base(string endpoint)
    {
        var url = endpoint.TrimEnd('/');
        foreach (var path in Paths)
        {
            if (url.EndsWith(path, StringComparison.OrdinalIgnoreCase))
                return url[..^path.Length];
        }

        return url;
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Headers(Func<string, string?> getenv)
    {
        // Read through a made-up endpoint: headers belong to a destination there.
        var (settings, _) = OtlpSettings.FromEnvironment(name => name switch
        {
            "OTEL_EXPORTER_OTLP_HEADERS" => getenv(name),
            "OTEL_EXPORTER_OTLP_ENDPOINT" => "http://localhost",
            _ => null,
        });
        return settings.Logs?.Headers ?? [];
    }
}
