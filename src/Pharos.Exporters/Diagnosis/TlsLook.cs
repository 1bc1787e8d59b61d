using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pharos.Exporters.Settings;
using Pharos.Exporters.Transport;

namespace Pharos.Exporters.Diagnosis;

/// <summary>What a handshake with a server shows, whether it is trusted or not. Nothing is sent after it.</summary>
/// <param name="Speaks">The port speaks TLS.</param>
internal sealed record TlsLook(bool Speaks)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Why its certificate is not taken, for people; null: it is.</summary>
    public string? Fault { get; private init; }

    /// <summary>It asked for a certificate of ours.</summary>
    public bool AsksForCertificate { get; private init; }

    public static async Task<TlsLook> AtAsync(OtlpSignalSettings settings, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        var (asks, fault) = (false, (string?)null);
        try
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(settings.Endpoint.IdnHost, settings.Endpoint.Port, patience.Token);
            using var tls = new SslStream(tcp.GetStream());
            using var handler = OtlpHandler.Create(settings);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = settings.Endpoint.IdnHost,
                    CertificateChainPolicy = handler.SslOptions.CertificateChainPolicy,
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        fault = Describe(settings, certificate as X509Certificate2, chain, errors);
                        return fault is null;
                    },
                    LocalCertificateSelectionCallback = (_, _, _, remote, _) =>
                    {
                        asks |= remote is not null; // the first call comes before the server was heard
                        return null!;
                    },
                },
                patience.Token);
            return new(true) { Fault = fault, AsksForCertificate = asks };
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException or OperationCanceledException)
        {
            // A server that we showed a certificate to was heard, however it ended.
            return new(fault is not null || asks) { Fault = fault, AsksForCertificate = asks };
        }
    }

    private static string? Describe(OtlpSignalSettings settings, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || certificate is null)
            return null;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"the certificate is not of {settings.Endpoint.IdnHost} but of {certificate.GetNameInfo(X509NameType.DnsName, false)}; use the name that it is of";
        var now = DateTime.Now;
        if (certificate.NotAfter < now || certificate.NotBefore > now)
            return $"the certificate is valid from {certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd}; renew it there, or check the clock here";
        var known = settings.CertificateFile is { } ca ? $"{ca} does not hold" : "this machine does not know";
        var status = chain?.ChainStatus.Select(s => s.Status).FirstOrDefault();
        return $"{known} the authority that signed the certificate ({certificate.GetNameInfo(X509NameType.SimpleName, true)}, {status}); give its certificate with --ca FILE";
    }
}
