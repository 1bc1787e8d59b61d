using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Transport;

/// <summary>The HTTP handler of a destination: its certificates, and nothing that could leak a header or make telemetry of its own.</summary>
internal static class OtlpHandler
{
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate file is broken.</exception>
    /// <exception cref="IOException">A certificate file cannot be read any more.</exception>
    public static SocketsHttpHandler Create(OtlpSignalSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = settings.Timeout,
            EnableMultipleHttp2Connections = false,
        };
        if (settings.CertificateFile is { } authority)
            handler.SslOptions.CertificateChainPolicy = TrustOnly(authority);
        if (settings is { ClientCertificateFile: { } certificate, ClientKeyFile: { } key })
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), null);
        return handler;
    }

    private static X509ChainPolicy TrustOnly(string authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        return policy;
    }
}
