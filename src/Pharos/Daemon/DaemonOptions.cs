using System.Net;
using Pharos.Client.Boot;
using Pharos.Contracts;
using Pharos.Core.Specs.Logs;
using Pharos.Exporters.Settings;
using Pharos.Pm2.Home;

namespace Pharos.Daemon;

/// <summary>What <c>pharos daemon</c> was asked to be, by its arguments and the environment that it is started in.</summary>
internal sealed record DaemonOptions
{
    private static readonly TimeSpan ShortestSampling = TimeSpan.FromMilliseconds(100), LongestSampling = TimeSpan.FromHours(1);

    public required string Home { get; init; }

    /// <summary>Where scrapes are answered besides the socket; null: nowhere.</summary>
    public IPEndPoint? Metrics { get; init; }

    public required OtlpSettings Otlp { get; init; }

    /// <summary>PM2's folder, when this is the daemon of one; null: it is not.</summary>
    public Pm2Home? Pm2 { get; init; }

    /// <summary>How far back the output goes that a destination gets which was not known before; zero: from now on.</summary>
    public TimeSpan LogLookBack { get; init; }

    /// <summary>Time between two looks at what the instances use.</summary>
    public TimeSpan SamplingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What LOGGER_* say about the daemon's own log.</summary>
    public LoggerVariables Logger { get; init; } = new();

    /// <summary>Descriptor on which the client that started this daemon waits for a word; null: nobody waits.</summary>
    public int? ReadyFd { get; init; }

    /// <summary>Reads arguments and environment.</summary>
    /// <returns>The options, or one line that says what is wrong.</returns>
    public static (DaemonOptions? Options, string? Fault) Read(string[] args, Func<string, string?> getenv)
    {
        var (otlp, faults) = OtlpSettings.FromEnvironment(getenv);
        var logger = LoggerVariables.Read(getenv, out var unknown);
        if (faults.Count + unknown.Count > 0)
            return (null, string.Join("; ", faults.Select(f => f.ToString()).Concat(unknown)));
        var metrics = getenv("PHAROS_METRICS") is { Length: > 0 } address ? address : null;
        var source = "PHAROS_METRICS";
        if (metrics is null && otlp.PrometheusPort is { } port)
            (metrics, source) = ($"{otlp.PrometheusHost ?? "127.0.0.1"}:{port}", "OTEL_EXPORTER_PROMETHEUS_PORT");
        string? pm2 = null;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--pm2-home" && i + 1 < args.Length)
                pm2 = args[++i];
            else if (args[i] == "--metrics" && i + 1 < args.Length)
                (metrics, source) = (args[++i], "--metrics");
            else if (args[i].StartsWith("--metrics=", StringComparison.Ordinal))
                (metrics, source) = (args[i]["--metrics=".Length..], "--metrics");
            else
                return (null, $"unknown option '{args[i]}' for 'daemon'; see 'pharos help daemon'");
        }

        IPEndPoint? endpoint = null;
        if (metrics is not null && !TryEndpoint(metrics, out endpoint))
            return (null, $"{source} '{metrics}' is not an address to listen on: write PORT or HOST:PORT, for example 127.0.0.1:9464");
        var lookBack = TimeSpan.Zero;
        if (getenv("PHAROS_LOG_LOOK_BACK") is { Length: > 0 } back && !Durations.TryParse(back, out lookBack))
            return (null, $"PHAROS_LOG_LOOK_BACK '{back}' is not a duration: write for example 30m, 12h or 7d");
        var sampling = TimeSpan.FromSeconds(1);
        if (getenv("PHAROS_SAMPLING_INTERVAL") is { Length: > 0 } each && (!Durations.TryParse(each, out sampling) || sampling < ShortestSampling || sampling > LongestSampling))
            return (null, $"PHAROS_SAMPLING_INTERVAL '{each}' is not a duration from 100ms to 1h: write for example 1s or 1m");
        string? Variable(string name) => getenv(name) is { Length: > 0 } value ? value : null;
        var face = pm2 is null ? null : Pm2Home.At(pm2, Variable, Environment.CurrentDirectory);
        if (PharosHome.Find(name => name == "PHAROS_HOME" && Variable(name) is null ? face?.State : Variable(name), Environment.CurrentDirectory, out var home) is { } noHome)
            return (null, noHome);
        return (new DaemonOptions
        {
            Home = home!.Path,
            Metrics = endpoint,
            Pm2 = face,
            Otlp = otlp,
            LogLookBack = lookBack,
            SamplingInterval = sampling,
            Logger = logger,
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
