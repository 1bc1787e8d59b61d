using System.IO.Compression;
using System.Security.Cryptography;
using OpenTelemetry;
using Pharos.Exporters.Settings;
using Pharos.Exporters.Transport;
using Pharos.Exporters.Wire;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Diagnosis;

/// <summary>What came of a test.</summary>
/// <param name="IsTaken">The destination took all of it.</param>
/// <param name="Code">An HTTP or gRPC status, or a word.</param>
/// <param name="Explanation">For people: what it means, and what to do.</param>
/// <param name="Server">What the server said; null: nothing.</param>
public sealed record Diagnosis(bool IsTaken, string Code, string Explanation, string? Server = null);

/// <summary>Sends something tiny once, as it would really be sent, and explains what comes of it. When the answer is odd it looks what the port speaks instead.</summary>
public static class DestinationTest
{
    /// <summary>Sends one record, two points or one span.</summary>
    /// <param name="signal">Which.</param>
    /// <param name="settings">A destination that has this signal.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>What came of it.</returns>
    public static async Task<Diagnosis> RunAsync(OtlpSignal signal, OtlpSettings settings, CancellationToken cancel)
    {
        var to = settings.Of(signal)!;
        using var quiet = SuppressInstrumentationScope.Begin();
        try
        {
            var (answer, error) = await SendAsync(signal, to, Payload(signal, settings), cancel);
            var diagnosis = answer is { } given && !IsOdd(given, to.Transport) ? Explanations.Of(given, to, settings, signal)
                : (error is null ? null : Explanations.OfConnection(error, to)) ?? await LookAsync(signal, settings, to, answer, error, cancel);
            return diagnosis with { Server = WithoutKeys(diagnosis.Server, to) };
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return new Diagnosis(false, "certificate_file", $"a certificate file cannot be used: {e.Message}");
        }
    }

    /// <summary>An answer that a receiver of this protocol on this path would hardly give.</summary>
    private static bool IsOdd(Answer answer, OtlpTransport transport) => transport == OtlpTransport.Grpc
        ? answer.Status is not (null or 401 or 403 or 407 or 429 or 502 or 503 or 504)
        : answer.Status is 400 or 404 or 405 or 415 or 426 or 505;

    private static async Task<Diagnosis> LookAsync(OtlpSignal signal, OtlpSettings settings, OtlpSignalSettings to, Answer? answer, Exception? error, CancellationToken cancel)
    {
        if (to.Endpoint.Scheme == "https" && error is not null)
        {
            var look = await TlsLook.AtAsync(to, cancel);
            if (look.Fault is { } fault)
                return new Diagnosis(false, "tls", fault);
            if (look.AsksForCertificate)
                return new Diagnosis(false, "client_certificate", to.ClientCertificateFile is { } own ? $"the server does not take the client certificate {own}: is it of the authority that the server trusts?" : "the server asks for a client certificate; give --client-certificate FILE and --client-key FILE");
            if (!look.Speaks)
            {
                var plain = await SpeaksAsync(signal, settings, With(to, to.Transport, "http"), cancel);
                return plain
                    ? new Diagnosis(false, "no_tls", "the port does not speak TLS; write http:// instead of https://")
                    : new Diagnosis(false, "tls", $"the TLS handshake failed: {Innermost(error).Message}");
            }
        }

        var other = to.Transport == OtlpTransport.Grpc ? OtlpTransport.HttpProtobuf : OtlpTransport.Grpc;
        if (await SpeaksAsync(signal, settings, With(to, other, to.Endpoint.Scheme), cancel))
        {
            return other == OtlpTransport.Grpc
                ? new Diagnosis(false, "speaks_grpc", "the port speaks gRPC, and http/protobuf was sent; set --protocol grpc, or use the HTTP port (often 4318)")
                : new Diagnosis(false, "speaks_http", "the port speaks HTTP, and gRPC was sent; set --protocol http/protobuf, or use the gRPC port (often 4317)");
        }

        if (to.Endpoint.Scheme == "http" && (error is not null || answer?.Status == 400) && (await TlsLook.AtAsync(to, cancel)).Speaks)
            return new Diagnosis(false, "wants_tls", "the port speaks TLS; write https:// instead of http://");
        return answer is { } given ? Explanations.Of(given, to, settings, signal)
            : new Diagnosis(false, "connection", $"the server does not answer as an OTLP receiver does ({Innermost(error!).Message}); is it one, and is the port right?");
    }

    /// <summary>Whether a receiver of this protocol is there, whatever it says about keys and content.</summary>
    private static async Task<bool> SpeaksAsync(OtlpSignal signal, OtlpSettings settings, OtlpSignalSettings to, CancellationToken cancel)
    {
        var (answer, _) = await SendAsync(signal, to, Payload(signal, settings), cancel);
        return answer is { } given && (to.Transport == OtlpTransport.Grpc ? given.Status is null : given.Verdict == Verdict.Taken || given.Status is 401 or 403 or 413 or 429 or 404);
    }

    private static OtlpSignalSettings With(OtlpSignalSettings to, OtlpTransport transport, string scheme)
    {
        var url = new UriBuilder(to.Endpoint) { Scheme = scheme, Port = to.Endpoint.Port };
        if (transport == OtlpTransport.HttpProtobuf && to.Transport == OtlpTransport.Grpc)
            url.Path = "/v1/probe"; // whatever it answers to that, it answers
        return new OtlpSignalSettings
        {
            Endpoint = url.Uri,
            Transport = transport,
            Headers = scheme == to.Endpoint.Scheme ? to.Headers : [], // a key must not go out in clear
            Gzip = to.Gzip,
            Timeout = to.Timeout < TimeSpan.FromSeconds(3) ? to.Timeout : TimeSpan.FromSeconds(3),
            CertificateFile = to.CertificateFile,
            ClientCertificateFile = to.ClientCertificateFile,
            ClientKeyFile = to.ClientKeyFile,
        };
    }

    private static async Task<(Answer? Answer, Exception? Error)> SendAsync(OtlpSignal signal, OtlpSignalSettings to, byte[] payload, CancellationToken cancel)
    {
        using var http = new HttpMessageInvoker(OtlpHandler.Create(to));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(to.Timeout);
        var body = to.Gzip ? Compressed(payload) : payload;
        try
        {
            return (to.Transport == OtlpTransport.Grpc
                ? await GrpcExchange.SendAsync(http, GrpcExchange.MethodOf(signal, to.Endpoint), to, body, deadline.Token)
                : await HttpExchange.SendAsync(http, to, body, TimeProvider.System, deadline.Token, listen: true), null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, new TimeoutException());
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, e);
        }
    }

    /// <summary>Some servers quote the key that they refuse.</summary>
    private static string? WithoutKeys(string? said, OtlpSignalSettings to)
    {
        const int shortest = 4;
        foreach (var word in to.Headers.SelectMany(h => h.Value.Split(' ', '=')).Where(w => w.Length >= shortest))
            said = said?.Replace(word, "********", StringComparison.Ordinal);
        return said;
    }

    internal static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e;
    }

    private static byte[] Compressed(byte[] payload)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(payload);
        return target.ToArray();
    }

    private static byte[] Payload(OtlpSignal signal, OtlpSettings settings)
    {
        using var writer = new ProtobufWriter(1024);
        var resource = new TelemetryResource((AttributeNames.ServiceName, "pharos-otel-test"));
        var now = (DateTimeOffset.UtcNow.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;
        switch (signal)
        {
            case OtlpSignal.Logs:
                OtlpEncoder.WriteLogs(writer, [new LogRecord { Resource = resource, TimeUnixNanos = now, ObservedUnixNanos = now, SeverityNumber = Severity.Info, SeverityText = "INFO", Body = "pharos otel test"u8.ToArray() }]);
                break;
            case OtlpSignal.Metrics:
                // A sum and a histogram: what receivers are choosy about.
                var batch = new MetricBatch(resource);
                batch.Points.Add(new MetricPoint { Metric = SupervisorMetrics.ApiRequests, StartUnixNanos = now - 1_000_000_000, TimeUnixNanos = now, Long = 1 });
                var bounds = InstanceMetrics.StartDuration.Bounds.Length;
                batch.Points.Add(new MetricPoint
                {
                    Metric = InstanceMetrics.StartDuration,
                    Attribute1 = "success",
                    StartUnixNanos = now - 1_000_000_000,
                    TimeUnixNanos = now,
                    Histogram = new HistogramValue([1, .. new long[bounds]], 0.001) { Exponential = ExponentialValue.Empty.With(0.001, 1) },
                });
                OtlpEncoder.WriteMetrics(writer, [batch], new Temporality(settings.Temporality, now - 2_000_000_000), settings.Histograms);
                break;
            case OtlpSignal.Traces:
                var id = new byte[24];
                RandomNumberGenerator.Fill(id);
                OtlpEncoder.WriteSpans(writer, [new SpanRecord { Resource = resource, TraceId = id[..16], SpanId = id[16..], ParentSpanId = [], Name = SpanNames.OtelTest, Kind = 1, StartUnixNanos = now - 1_000_000, EndUnixNanos = now, Attributes = [] }]);
                break;
        }

        return writer.Written.ToArray();
    }
}
