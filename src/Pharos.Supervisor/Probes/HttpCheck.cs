using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using System.Text.RegularExpressions;
using Pharos.Core.Specs;

namespace Pharos.Supervisor.Probes;

/// <summary>GET, and a look at status and body. One connection per question, as a client of its own would have it; redirects are answers, not followed.</summary>
/// <remarks>On this machine the certificate of an https address is not judged: it is made for the name that the world knows the app by.</remarks>
internal sealed class HttpCheck(ProbeSpec spec, Uri url) : IProbeCheck
{
    private const int MostBody = 64 * 1024;
    private static readonly Lazy<HttpMessageInvoker> Http = new(Make);
    private readonly Regex? _body = spec.Body is { } body ? new Regex(body, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant) : null;

    public async Task<ProbeAnswer> AskAsync(CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("pharos-probe", "1"));
            request.Headers.ConnectionClose = true;
            using var response = await Http.Value.SendAsync(request, cancel);
            var status = (int)response.StatusCode;
            if (!spec.Statuses.Any(r => status >= r.From && status <= r.To))
                return ProbeAnswer.No($"http {status}");
            return _body is null || _body.IsMatch(await BeginningAsync(response, cancel)) ? ProbeAnswer.Yes : ProbeAnswer.No($"http {status}, the body does not match");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return ProbeAnswer.No(e.InnerException?.Message ?? e.Message);
        }
    }

    private static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[MostBody];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static bool IsHere(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static HttpMessageInvoker Make() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ActivityHeadersPropagator = null, // a question of ours is no part of anybody's trace
        SslOptions = { RemoteCertificateValidationCallback = (sender, _, _, errors) => errors == SslPolicyErrors.None || (sender is SslStream { TargetHostName: var host } && IsHere(host)) },
    });
}
