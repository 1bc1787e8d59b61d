using System.Net;
using Pharos.Client.Boot;
using Pharos.Exporters.Settings;

namespace Pharos.Daemon;

/// <summary>What <c>pharos daemon</c> was asked to be, by its arguments and the environment that it is started in.</summary>
internal sealed record DaemonOptions
{
    public required string Home { get; init; }

    /// <summary>Where scrapes are answered besides the socket; null: nowhere.</summary>
    public IPEndPoint? Metrics { get; init; }

    public required OtlpSettings Otlp { get; init; }

    /// <summary>Descriptor on which the client that started this daemon waits for a word; null: nobody waits.</summary>
    public int? ReadyFd { get; init; }

    /// <summary>Reads arguments and environment.</summary>
    /// <returns>The options, or one line that says what is wrong.</returns>
    public static (DaemonOptions? Options, string? Fault) Read(string[] args, Func<string, string?> getenv)
    {
        var (otlp, faults) = OtlpSettings.FromEnvironment(getenv);
        if (faults.Count > 0)
            return (null, string.Join("; ", faults));
        var metrics = getenv("PHAROS_METRICS") is { Length: > 0 } address ? address : null;
        var source = "PHAROS_METRICS";
        if (metrics is null && otlp.PrometheusPort is { } port)
            (metrics, source) = ($"{otlp.PrometheusHost ?? "127.0.0.1"}:{port}", "OTEL_EXPORTER_PROMETHEUS_PORT");
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--metrics" && i + 1 < args.Length)
                (metrics, source) = (args[++i], "--metrics");
            else if (args[i].StartsWith("--metrics=", StringComparison.Ordinal))
                (metrics, source) = (args[i]["--metrics=".Length..], "--metrics");
            else
                return (null, $"unknown option '{args[i]}' for 'daemon'; see 'pharos help daemon'");
        }

        IPEndPoint? endpoint = null;
        if (metrics is not null && !TryEndpoint(metrics, out endpoint))
            return (null, $"{source} '{metrics}' is not an address to listen on: write PORT or HOST:PORT, for example 127.0.0.1:9464");
        if (PharosHome.Find(name => getenv(name) is { Length: > 0 } value ? value : null, Environment.CurrentDirectory, out var home) is { } noHome)
            return (null, noHome);
        return (new DaemonOptions
        {
            Home = home!.Path,
            Metrics = endpoint,
            Otlp = otlp,
            ReadyFd = int.TryParse(getenv("PHAROS_READY_FD"), out var fd) && fd > 2 ? fd : null,
        }, null);
    }

    private static bool TryEndpoint(string text, out IPEndPoint? endpoint)
    {
        endpoint = null;
        var bare = text.Replace("localhost:", "127.0.0.1:", StringComparison.Ordinal);
        if (ushort.TryParse(bare, out var port) && port > 0)
            endpoint = new IPEndPoint(IPAddress.Loopback, port);
        else if (bare.Contains(':') && IPEndPoint.TryParse(bare, out var parsed) && parsed.Port > 0)
            endpoint = parsed;
        return endpoint is not null;
    }
}
