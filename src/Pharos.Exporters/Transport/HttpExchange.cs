using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Transport;

/// <summary>One request of OTLP/HTTP and what its answer means.</summary>
internal static class HttpExchange
{
    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    public static async Task<Answer> SendAsync(HttpMessageInvoker http, OtlpSignalSettings settings, ReadOnlyMemory<byte> payload, TimeProvider time, CancellationToken cancel, bool listen = false)
    {
        using var content = new ReadOnlyMemoryContent(payload);
        content.Headers.ContentType = Protobuf;
        if (settings.Gzip)
            content.Headers.ContentEncoding.Add("gzip");
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Endpoint) { Content = content };
        foreach (var (name, value) in settings.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request, cancel);
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
            return await TakenAsync(response, cancel) with { Status = status };
        return new Answer(Judge(response.StatusCode), 0, status.ToString(CultureInfo.InvariantCulture), RetryAfter(response.Headers.RetryAfter, time))
        {
            Status = status,
            Said = listen ? response.Headers.Location?.ToString() ?? await ServerWords.ReadAsync(response.Content, cancel) : null,
        };
    }

    private static Verdict Judge(HttpStatusCode status) => status switch
    {
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => Verdict.Retry,
        HttpStatusCode.RequestEntityTooLarge => Verdict.TooLarge,
        _ => Verdict.Refused,
    };

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, TimeProvider time) =>
        header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);

    private static async Task<Answer> TakenAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            return await BoundedBody.ReadAsync(response.Content, cancel) is { } body
                ? new Answer(Verdict.Taken, ServerAnswer.Rejected(body)) { Said = ServerAnswer.Message(body) }
                : new Answer(Verdict.Taken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status said that it was taken. Without the rest we do not know whether a part was refused; sending twice would be worse.
            return new Answer(Verdict.Taken);
        }
    }
}
