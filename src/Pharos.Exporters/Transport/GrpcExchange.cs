using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Transport;

/// <summary>One unary gRPC call over HTTP/2 (prior knowledge where there is no TLS) and what its status means.</summary>
internal static class GrpcExchange
{
    private const int PrefixLength = 5;
    private static readonly MediaTypeHeaderValue Grpc = new("application/grpc");

    private static readonly string[] StatusNames =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>The URL of the call that exports a signal.</summary>
    public static Uri MethodOf(OtlpSignal signal, Uri endpoint)
    {
        var service = signal switch
        {
            OtlpSignal.Logs => "logs.v1.LogsService",
            OtlpSignal.Metrics => "metrics.v1.MetricsService",
            OtlpSignal.Traces => "trace.v1.TraceService",
        };
        return new Uri(endpoint, $"/opentelemetry.proto.collector.{service}/Export");
    }

    public static async Task<Answer> SendAsync(HttpMessageInvoker http, Uri method, OtlpSignalSettings settings, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(Frame(payload.Span, settings.Gzip));
        content.Headers.ContentType = Grpc;
        using var request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.TryAddWithoutValidation("grpc-timeout", string.Create(CultureInfo.InvariantCulture, $"{(long)settings.Timeout.TotalMilliseconds}m"));
        if (settings.Gzip)
            request.Headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        foreach (var (name, value) in settings.Headers)
            request.Headers.TryAddWithoutValidation(name, value);

        using var response = await http.SendAsync(request, cancel);
        var body = await BoundedBody.ReadAsync(response.Content, cancel);
        if (Header(response, "grpc-status") is not { } text || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            return WithoutStatus(response.StatusCode) with { Status = (int)response.StatusCode };
        if (status == 0)
        {
            return body is { Length: > PrefixLength } && body[0] == 0
                ? new Answer(Verdict.Taken, ServerAnswer.Rejected(body.AsSpan(PrefixLength))) { Said = ServerAnswer.Message(body.AsSpan(PrefixLength)) }
                : new Answer(Verdict.Taken);
        }

        var delay = Header(response, "grpc-status-details-bin") is { } details ? ServerAnswer.RetryDelay(FromBase64(details)) : null;
        var name2 = status < StatusNames.Length ? StatusNames[status] : "UNKNOWN";
        return new Answer(Judge(status, delay is not null), 0, name2, delay) { Said = Header(response, "grpc-message") is { } said ? ServerWords.Line(Uri.UnescapeDataString(said)) : null };
    }

    /// <summary>The retryable ones of the OTLP specification; RESOURCE_EXHAUSTED only when the server says that it can recover, else it is what gRPC says of a
    /// message that is larger than the server takes.</summary>
    private static Verdict Judge(int status, bool hasRetryInfo) => status switch
    {
        1 or 4 or 10 or 11 or 14 or 15 => Verdict.Retry,
        8 => hasRetryInfo ? Verdict.Retry : Verdict.TooLarge,
        _ => Verdict.Refused,
    };

    /// <summary>Something that is no gRPC server answered, often a proxy (gRPC: "HTTP to gRPC status code mapping").</summary>
    private static Answer WithoutStatus(HttpStatusCode status) => status switch
    {
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
            new Answer(Verdict.Retry, 0, "UNAVAILABLE"),
        HttpStatusCode.Unauthorized => new Answer(Verdict.Refused, 0, "UNAUTHENTICATED"),
        HttpStatusCode.Forbidden => new Answer(Verdict.Refused, 0, "PERMISSION_DENIED"),
        HttpStatusCode.NotFound => new Answer(Verdict.Refused, 0, "UNIMPLEMENTED"),
        _ => new Answer(Verdict.Refused, 0, "UNKNOWN"),
    };

    private static byte[] Frame(ReadOnlySpan<byte> message, bool compressed)
    {
        var frame = new byte[PrefixLength + message.Length];
        frame[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(PrefixLength));
        return frame;
    }

    /// <summary>From the trailers, or from the headers when the server answers with nothing else.</summary>
    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? values.First() : null;

    /// <summary>gRPC leaves the padding out.</summary>
    private static byte[] FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : [];
    }
}
