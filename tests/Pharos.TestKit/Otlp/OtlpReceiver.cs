using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pharos.TestKit.Otlp;

/// <summary>A real OTLP server on loopback: HTTP/protobuf on one port, gRPC over h2c on another. Answers as scripted, else takes everything.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpReply> _script = [];
    private readonly Lock _gate = new(); // guards what follows
    private readonly List<ReceivedRequest> _requests = [];
    private readonly List<ReceivedLog> _logs = [];
    private readonly List<ReceivedPoint> _points = [];
    private readonly List<ReceivedSpan> _spans = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>Base URL for http/protobuf.</summary>
    public Uri HttpEndpoint { get; private set; } = null!;

    /// <summary>Base URL for gRPC.</summary>
    public Uri GrpcEndpoint { get; private set; } = null!;

    /// <summary>What answers when the script is over.</summary>
    public OtlpReply Default { get; set; } = new OtlpReply.Ok();

    /// <summary>All requests, taken or not.</summary>
    public IReadOnlyList<ReceivedRequest> Requests => Copy(_requests);

    /// <summary>Log records of requests that were taken.</summary>
    public IReadOnlyList<ReceivedLog> Logs => Copy(_logs);

    /// <summary>Points of requests that were taken.</summary>
    public IReadOnlyList<ReceivedPoint> Points => Copy(_points);

    /// <summary>Spans of requests that were taken.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => Copy(_spans);

    /// <summary>Starts a receiver on free ports.</summary>
    /// <param name="certificate">Both ports speak TLS with it; null: plain.</param>
    /// <param name="clientThumbprint">The only client certificate that is let in; null: none is asked for.</param>
    public static async Task<OtlpReceiver> StartAsync(X509Certificate2? certificate = null, string? clientThumbprint = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, o => Secure(o, HttpProtocols.Http1, certificate, clientThumbprint));
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, o => Secure(o, HttpProtocols.Http2, certificate, clientThumbprint));
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.Run(receiver.HandleAsync);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (receiver.HttpEndpoint, receiver.GrpcEndpoint) = (new Uri(addresses[0]), new Uri(addresses[1]));
        return receiver;
    }

    /// <summary>The answers to the next requests.</summary>
    public void Script(params OtlpReply[] replies) => Array.ForEach(replies, _script.Enqueue);

    /// <summary>Waits for a state of this receiver; looks again after each request.</summary>
    /// <exception cref="TimeoutException">It did not come about, with what came instead.</exception>
    public async Task UntilAsync(Func<OtlpReceiver, bool> reached)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            Task changed;
            lock (_gate)
                changed = _changed.Task;
            if (reached(this))
                return;
            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"not reached; {Requests.Count} requests, {Logs.Count} logs, {Points.Count} points, {Spans.Count} spans", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static void Secure(ListenOptions listen, HttpProtocols protocols, X509Certificate2? certificate, string? clientThumbprint)
    {
        listen.Protocols = protocols;
        if (certificate is null)
            return;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            if (clientThumbprint is null)
                return;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (client, _, _) => client.Thumbprint == clientThumbprint;
        });
    }

    private async Task HandleAsync(HttpContext context)
    {
        var isGrpc = context.Request.Protocol == "HTTP/2";
        var (message, isGzip) = await ReadAsync(context.Request, isGrpc);
        var reply = _script.TryDequeue(out var scripted) ? scripted : Default;
        if (Signal(context.Request.Path) is not { } signal)
        {
            context.Response.StatusCode = 404;
            return;
        }

        var headers = context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString());
        Keep(signal, message, reply, new ReceivedRequest(signal, isGrpc, isGzip, headers, message.Length, OtlpDecoder.ResourceCount(message)));
        await OtlpAnswer.SendAsync(context, reply, isGrpc);
    }

    private void Keep(string signal, byte[] message, OtlpReply reply, ReceivedRequest request)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (reply is OtlpReply.Ok or OtlpReply.Partial or OtlpReply.Flood)
            {
                _logs.AddRange(signal == "logs" ? OtlpDecoder.Logs(message) : []);
                _points.AddRange(signal == "metrics" ? OtlpDecoder.Points(message) : []);
                _spans.AddRange(signal == "traces" ? OtlpDecoder.Spans(message) : []);
            }

            _requests.Add(request);
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    private static string? Signal(string path) => path switch
    {
        "/v1/logs" or "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => "logs",
        "/v1/metrics" or "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => "metrics",
        "/v1/traces" or "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => "traces",
        _ => null,
    };

    private static async Task<(byte[] Message, bool IsGzip)> ReadAsync(HttpRequest request, bool isGrpc)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var bytes = body.ToArray();
        var isGzip = isGrpc ? bytes[0] == 1 : request.Headers.ContentEncoding == "gzip";
        if (isGrpc)
            bytes = bytes[5..];
        if (!isGzip)
            return (bytes, false);
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        await gzip.CopyToAsync(plain);
        return (plain.ToArray(), true);
    }

    private IReadOnlyList<T> Copy<T>(List<T> list)
    {
        lock (_gate)
            return [.. list];
    }
}
