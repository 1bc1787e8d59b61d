using System.Net;
using System.Net.Http.Headers;
using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Transport;

/// <summary>One request of OTLP/HTTP and what its answer means.</summary>
internal static class HttpExchange
{
    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    public static async Task<Answer> SendAsync(HttpMessageInvoker http, OtlpSignalSettings settings, ReadOnlyMemory<byte> payload, TimeProvider time, CancellationToken cancel)
    {
        using var content = new ReadOnlyMemoryContent(payload);
        content.Headers.ContentType = Protobuf;
        if (settings.Gzip)
            content.Headers.ContentEncoding.Add("gzip");
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Endpoint) { Content = content };
        foreach (var (name, value) in settings.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request, cancel);
        if (response.IsSuccessStatusCode)
            return new Answer(Verdict.Taken, await RejectedAsync(response, cancel));
        return new Answer(Judge(response.StatusCode), 0, ((int)response.StatusCode).ToString(), RetryAfter(response.Headers.RetryAfter, time));
    }

    private static Verdict Judge(HttpStatusCode status) => status switch
    {
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => Verdict.Retry,
        HttpStatusCode.RequestEntityTooLarge => Verdict.TooLarge,
        _ => Verdict.Refused,
    };

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, TimeProvider time) =>
        header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);

    private static async Task<long> RejectedAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            return await BoundedBody.ReadAsync(response.Content, cancel) is { } body ? ServerAnswer.Rejected(body) : 0;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status said that it was taken. Without the rest we do not know whether a part was refused; sending twice would be worse.
            return 0;
        }
    }
}
