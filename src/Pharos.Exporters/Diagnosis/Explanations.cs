using System.Globalization;
using System.Net.Sockets;
using Pharos.Exporters.Settings;
using Pharos.Exporters.Transport;

namespace Pharos.Exporters.Diagnosis;

/// <summary>What answers and failures mean, and what to do.</summary>
internal static class Explanations
{
    public static Diagnosis Of(Answer answer, OtlpSignalSettings to, OtlpSettings settings, OtlpSignal signal)
    {
        var code = answer.ErrorType ?? answer.Status?.ToString(CultureInfo.InvariantCulture) ?? "OK";
        if (answer.Verdict == Verdict.Taken)
        {
            return answer.Rejected > 0
                ? new Diagnosis(false, "partial", $"the address and the key are right, and {answer.Rejected} of what was sent was refused{DeltaHint(settings, signal)}", answer.Said)
                : new Diagnosis(true, code, code == "OK" ? "taken" : $"taken ({code})", answer.Said);
        }

        return new Diagnosis(false, code, Words(code, answer, to, settings, signal), answer.Said);
    }

    /// <summary>A failure that needs no further look.</summary>
    /// <returns>Null: it may be a matter of the protocol.</returns>
    public static Diagnosis? OfConnection(Exception error, OtlpSignalSettings to)
    {
        var place = $"{to.Endpoint.IdnHost}:{to.Endpoint.Port}";
        if (error is TimeoutException)
            return new Diagnosis(false, "timeout", $"no answer from {place} within {to.Timeout.TotalSeconds:0.#} s; is a firewall between, or is it overloaded?");
        if (error is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError })
            return new Diagnosis(false, "dns", $"the name {to.Endpoint.IdnHost} is not known; is it spelled right, and does DNS work here?");
        return DestinationTest.Innermost(error) is SocketException socket ? socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => new Diagnosis(false, "refused", $"nothing listens at {place}; is it running, and is the port right?"),
            SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => new Diagnosis(false, "dns", $"the name {to.Endpoint.IdnHost} is not known; is it spelled right, and does DNS work here?"),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => new Diagnosis(false, "unreachable", $"there is no way to {place}; is the network up, is a proxy needed?"),
            SocketError.TimedOut => new Diagnosis(false, "timeout", $"no connection to {place}; is a firewall between?"),
            _ => null,
        } : null;
    }

    private static string Words(string code, Answer answer, OtlpSignalSettings to, OtlpSettings settings, OtlpSignal signal) => code switch
    {
        "400" or "INVALID_ARGUMENT" => $"the receiver refuses the content{DeltaHint(settings, signal)}",
        "401" or "UNAUTHENTICATED" => $"the key is missing or wrong ({Sent(to)}); give it with --key-file FILE or --header-file NAME=FILE",
        "403" or "PERMISSION_DENIED" => $"the key is known and may not do this ({Sent(to)}); does it have the rights to write {signal.ToString().ToLowerInvariant()}, and is it of this region and account?",
        "404" => $"there is nothing at {to.Endpoint.AbsolutePath}; the base URL goes without /v1/…, and a receiver with other paths wants --{signal.ToString().ToLowerInvariant()}-endpoint",
        "405" => $"{to.Endpoint.AbsolutePath} takes no POST; it is hardly an OTLP receiver's URL",
        "407" => "a proxy between wants to know who you are; put user and password into HTTPS_PROXY",
        "413" => "even this tiny request is too large for the receiver, or for a proxy before it",
        "415" => $"the receiver does not take {(to.Gzip ? "gzip or " : "")}protobuf here{(to.Gzip ? "; try --compression none" : "")}",
        "429" or "RESOURCE_EXHAUSTED" => $"address and key are right, and the receiver wants less for now{Later(answer)}; output waits, nothing is lost",
        "UNIMPLEMENTED" => $"the port speaks gRPC and does not take {signal.ToString().ToLowerInvariant()}",
        "UNAVAILABLE" => $"the receiver cannot take anything now{Later(answer)}; output waits",
        "301" or "302" or "303" or "307" or "308" => "the receiver is at another URL, and is not followed there because of the key; set that URL",
        ['5', _, _] => $"the receiver has trouble of its own{Later(answer)}; output waits, try again later",
        _ => $"the receiver answers {code}",
    };

    private static string Later(Answer answer) => answer.RetryAfter is { } wait ? string.Create(CultureInfo.InvariantCulture, $" (again in {Math.Max(0, wait.TotalSeconds):0.#} s)") : "";

    private static string Sent(OtlpSignalSettings to) => to.Headers.Count == 0 ? "no header is sent" : $"sent: {string.Join(", ", to.Headers.Select(h => h.Key))}";

    private static string DeltaHint(OtlpSettings settings, OtlpSignal signal) => signal != OtlpSignal.Metrics ? ""
        : settings.Temporality == TemporalityPreference.Cumulative ? "; sums are cumulative, and some receivers want --temporality delta"
        : "; sums are deltas, and some receivers want --temporality cumulative";
}
