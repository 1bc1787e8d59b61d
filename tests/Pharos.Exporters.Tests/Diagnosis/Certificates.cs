using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pharos.TestKit;

namespace Pharos.Exporters.Tests.Diagnosis;

/// <summary>Certificates that sign themselves.</summary>
internal static class Certificates
{
    /// <param name="name">A name or an address.</param>
    /// <param name="home">Where its PEM file goes.</param>
    /// <param name="pem">The PEM file that a client trusts it by.</param>
    /// <param name="days">Until when it is valid, from now.</param>
    public static X509Certificate2 For(string name, TempHome home, out string pem, int days = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(days));
        Directory.CreateDirectory(home.Path);
        pem = home.File($"{name}-{days}.pem");
        File.WriteAllText(pem, certificate.ExportCertificatePem());
        return certificate;
    }
}
