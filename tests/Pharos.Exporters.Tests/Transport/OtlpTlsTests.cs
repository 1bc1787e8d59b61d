using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pharos.Exporters.Settings;
using Pharos.Exporters.Transport;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.Transport;

public sealed class OtlpTlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("otlp-tls-");
    private readonly X509Certificate2 _server = SelfSigned("server");
    private readonly X509Certificate2 _client = SelfSigned("client");

    [Theory]
    [InlineData(OtlpTransport.HttpProtobuf)]
    [InlineData(OtlpTransport.Grpc)]
    public async Task With_its_authority_and_our_certificate_the_server_is_trusted_and_trusts_us(OtlpTransport transport)
    {
        await using var receiver = await OtlpReceiver.StartAsync(_server, _client.Thumbprint);
        var result = await SendAsync(receiver, transport, Write("ca.pem", _server.ExportCertificatePem()), withClient: true);

        Assert.Equal(new ExportResult(ExportOutcome.Delivered, 0, null, 1), result);
    }

    [Fact]
    public async Task A_server_of_another_authority_gets_nothing()
    {
        await using var receiver = await OtlpReceiver.StartAsync(_server);
        var result = await SendAsync(receiver, OtlpTransport.HttpProtobuf, Write("other.pem", _client.ExportCertificatePem()), withClient: false);

        Assert.Equal((ExportOutcome.GivenUp, "secure_connection_error"), (result.Outcome, result.ErrorType));
        Assert.Empty(receiver.Requests);
    }

    [Fact]
    public async Task Without_our_certificate_a_server_that_wants_one_lets_nothing_in()
    {
        await using var receiver = await OtlpReceiver.StartAsync(_server, _client.Thumbprint);
        var result = await SendAsync(receiver, OtlpTransport.HttpProtobuf, Write("ca.pem", _server.ExportCertificatePem()), withClient: false);

        Assert.Equal(ExportOutcome.GivenUp, result.Outcome);
        Assert.Empty(receiver.Requests);
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _server.Dispose();
        _client.Dispose();
    }

    private async Task<ExportResult> SendAsync(OtlpReceiver receiver, OtlpTransport transport, string authority, bool withClient)
    {
        var endpoint = transport == OtlpTransport.Grpc ? receiver.GrpcEndpoint : new Uri(receiver.HttpEndpoint, "/v1/logs");
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"] = endpoint.ToString(),
            ["OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"] = transport == OtlpTransport.Grpc ? "grpc" : "http/protobuf",
            ["OTEL_EXPORTER_OTLP_CERTIFICATE"] = authority,
        };
        if (withClient)
        {
            environment["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] = Write("client.pem", _client.ExportCertificatePem());
            environment["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = Write("client.key", _client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        var (settings, faults) = OtlpSettings.FromEnvironment(environment.GetValueOrDefault);
        Assert.Empty(faults);
        using var enough = new CancellationTokenSource();
        using var client = new OtlpClient(OtlpSignal.Logs, settings.Logs!) { StateChanged = _ => enough.Cancel() };
        return await client.SendAsync(ReadOnlyMemory<byte>.Empty, enough.Token);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
