using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pharos.TestKit.Otlp;

/// <summary>What a vendor's receiver insists on, written down from its documentation and not from our presets.</summary>
public sealed record VendorRules
{
    /// <summary>Path of each signal that is taken: logs, metrics, traces.</summary>
    public required IReadOnlyDictionary<string, string> Paths { get; init; }

    /// <summary>Headers of all signals, with the values that are right.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Further headers of single signals.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> SignalHeaders { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Which header is the key: missing is 401, wrong is 403.</summary>
    public string? KeyHeader { get; init; }

    /// <summary>1: cumulative counters and histograms are refused with 400; 2: deltas are; 0: both are fine. Up-down counters are always cumulative.</summary>
    public int Temporality { get; init; }

    /// <summary>Histograms with explicit buckets are refused with 400.</summary>
    public bool OnlyExponential { get; init; }

    /// <summary>Largest request as it comes over the wire, and unpacked; more is 413.</summary>
    public IReadOnlyDictionary<string, int> MaxBytes { get; init; } = new Dictionary<string, int>();

    /// <summary>Most data points of a request; more is 413.</summary>
    public int MaxPoints { get; init; } = int.MaxValue;

    /// <summary>gRPC is spoken, too, on the other port.</summary>
    public bool Grpc { get; init; }

    /// <summary>Status of what is taken.</summary>
    public int Taken { get; init; } = 200;

    /// <summary>Compressed requests are refused with 415.</summary>
    public bool NoGzip { get; init; }
}

/// <summary>A receiver on loopback that plays a vendor: what its rules do not allow is refused as the vendor does, and noted.</summary>
public sealed class VendorPlay : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly VendorRules _rules;
    private readonly Lock _gate = new(); // guards what follows
    private readonly List<ReceivedRequest> _taken = [];
    private readonly List<ReceivedPoint> _points = [];
    private readonly List<ReceivedLog> _logs = [];
    private readonly List<string> _refusals = [];
    private int _throttle;

    private VendorPlay(WebApplication app, VendorRules rules) => (_app, _rules) = (app, rules);

    /// <summary>Base URL for http/protobuf.</summary>
    public Uri HttpEndpoint { get; private set; } = null!;

    /// <summary>Base URL for gRPC.</summary>
    public Uri GrpcEndpoint { get; private set; } = null!;

    /// <summary>Requests that were taken.</summary>
    public IReadOnlyList<ReceivedRequest> Taken => Copy(_taken);

    /// <summary>Their points.</summary>
    public IReadOnlyList<ReceivedPoint> Points => Copy(_points);

    /// <summary>Their records.</summary>
    public IReadOnlyList<ReceivedLog> Logs => Copy(_logs);

    /// <summary>What was refused and why: signal, status, reason.</summary>
    public IReadOnlyList<string> Refusals => Copy(_refusals);

    /// <summary>Starts a play.</summary>
    /// <param name="rules">The vendor's rules.</param>
    /// <param name="throttle">So many requests are answered 429 first.</param>
    public static async Task<VendorPlay> StartAsync(VendorRules rules, int throttle = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, o => o.Protocols = HttpProtocols.Http1);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, o => o.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        var play = new VendorPlay(app, rules) { _throttle = throttle };
        app.Run(play.HandleAsync);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (play.HttpEndpoint, play.GrpcEndpoint) = (new Uri(addresses[0]), new Uri(addresses[1]));
        return play;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var isGrpc = context.Request.Protocol == "HTTP/2";
        using var wire = new MemoryStream();
        await context.Request.Body.CopyToAsync(wire);
        var bytes = wire.ToArray();
        var isGzip = isGrpc ? bytes is [1, ..] : context.Request.Headers.ContentEncoding == "gzip";
        var body = isGrpc ? bytes[5..] : bytes;
        var message = isGzip ? Unpacked(body) : body;
        var signal = SignalOf(context.Request.Path, isGrpc);
        var (status, grpcStatus, why) = Judge(context.Request, signal, isGrpc, isGzip, bytes.Length, message);
        lock (_gate)
        {
            if (why is null)
            {
                var headers = context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString());
                _taken.Add(new ReceivedRequest(signal!, isGrpc, isGzip, headers, message.Length, OtlpDecoder.ResourceCount(message)));
                _points.AddRange(signal == "metrics" ? OtlpDecoder.Points(message) : []);
                _logs.AddRange(signal == "logs" ? OtlpDecoder.Logs(message) : []);
            }
            else
            {
                _refusals.Add($"{signal ?? context.Request.Path} {status}: {why}");
            }
        }

        if (isGrpc)
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = grpcStatus.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (why is not null)
                context.Response.Headers["grpc-message"] = Uri.EscapeDataString(why);
            return;
        }

        context.Response.StatusCode = status;
        if (status == 429)
            context.Response.Headers.RetryAfter = "0";
        if (why is not null)
            await context.Response.WriteAsync(why);
    }

    private (int Status, int GrpcStatus, string? Why) Judge(HttpRequest request, string? signal, bool isGrpc, bool isGzip, int wireBytes, byte[] message)
    {
        if (signal is null || !_rules.Paths.ContainsKey(signal) || (isGrpc && !_rules.Grpc))
            return (404, 12, "no such path");
        if (!isGrpc && request.ContentType != "application/x-protobuf")
            return (415, 3, "not protobuf");
        if (isGzip && _rules.NoGzip)
            return (415, 3, "compressed");
        foreach (var (name, right) in _rules.Headers.Concat(_rules.SignalHeaders.GetValueOrDefault(signal) ?? new Dictionary<string, string>()))
        {
            if (!request.Headers.TryGetValue(name, out var given))
                return name == _rules.KeyHeader ? (401, 16, $"{name} is missing") : (400, 3, $"{name} is missing");
            if (given != right)
                return name == _rules.KeyHeader ? (403, 7, $"{name} is wrong") : (400, 3, $"{name} is '{given}' instead of '{right}'");
        }

        if (Interlocked.Decrement(ref _throttle) >= 0)
            return (429, 14, "slower");
        if (_rules.MaxBytes.TryGetValue(signal, out var most) && Math.Max(wireBytes, message.Length) > most)
            return (413, 8, $"{message.Length} bytes are more than {most}");
        return signal == "metrics" && PointFault(OtlpDecoder.Points(message)) is { } fault ? fault : (_rules.Taken, 0, null);
    }

    private (int, int, string?)? PointFault(IReadOnlyList<ReceivedPoint> points)
    {
        if (points.Count > _rules.MaxPoints)
            return (413, 8, $"{points.Count} points");
        foreach (var point in points)
        {
            var counts = point.IsMonotonic || point.Kind is "histogram" or "exponential";
            if (_rules.Temporality != 0 && counts && point.Temporality != _rules.Temporality)
                return (400, 3, $"{point.Metric} has temporality {point.Temporality}");
            if (point.Kind == "sum" && !point.IsMonotonic && point.Temporality != 2)
                return (400, 3, $"the up-down counter {point.Metric} is a delta");
            if (_rules.OnlyExponential && point.Kind == "histogram")
                return (400, 3, $"{point.Metric} has explicit buckets");
        }

        return null;
    }

    private string? SignalOf(string path, bool isGrpc) => isGrpc
        ? path switch
        {
            "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => "logs",
            "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => "metrics",
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => "traces",
            _ => null,
        }
        : _rules.Paths.FirstOrDefault(p => p.Value == path).Key;

    private static byte[] Unpacked(byte[] body)
    {
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private IReadOnlyList<T> Copy<T>(List<T> list)
    {
        lock (_gate)
            return [.. list];
    }
}
