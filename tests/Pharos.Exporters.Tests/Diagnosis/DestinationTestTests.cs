using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Pharos.Exporters.Destinations;
using Pharos.Exporters.Diagnosis;
using Pharos.Exporters.Settings;
using Pharos.TestKit;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.Diagnosis;

/// <summary>What 'otel test' says about each way in which it may fail.</summary>
public sealed class DestinationTestTests
{
    [Theory]
    [InlineData(200, true, "taken (200)")]
    [InlineData(202, true, "taken (202)")]
    [InlineData(400, false, "the receiver refuses the content")]
    [InlineData(401, false, "the key is missing or wrong (sent: x-token)")]
    [InlineData(403, false, "the key is known and may not do this")]
    [InlineData(404, false, "there is nothing at /v1/logs; the base URL goes without /v1/…")]
    [InlineData(405, false, "takes no POST")]
    [InlineData(407, false, "a proxy between wants to know who you are")]
    [InlineData(413, false, "too large for the receiver, or for a proxy before it")]
    [InlineData(415, false, "does not take gzip or protobuf here; try --compression none")]
    [InlineData(307, false, "is at another URL")]
    [InlineData(500, false, "the receiver has trouble of its own")]
    [InlineData(503, false, "the receiver has trouble of its own (again in 7 s)")]
    public async Task An_HTTP_status_is_explained(int status, bool taken, string words)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        receiver.Default = new OtlpReply.Status(status, status == 503 ? "7" : null);
        var diagnosis = await Run(receiver.HttpEndpoint + "v1/logs");

        Assert.Equal((taken, status.ToString(System.Globalization.CultureInfo.InvariantCulture)), (diagnosis.IsTaken, diagnosis.Code));
        Assert.Contains(words, diagnosis.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", diagnosis.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_throttled_receiver_is_one_whose_key_is_right()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        receiver.Default = new OtlpReply.Status(429, "30");
        Assert.Equal((false, "429", "address and key are right, and the receiver wants less for now (again in 30 s); output waits, nothing is lost"), Words(await Run(receiver.HttpEndpoint + "v1/logs")));
    }

    [Theory]
    [InlineData(3, "INVALID_ARGUMENT", "the receiver refuses the content")]
    [InlineData(7, "PERMISSION_DENIED", "the key is known and may not do this")]
    [InlineData(8, "RESOURCE_EXHAUSTED", "address and key are right")]
    [InlineData(12, "UNIMPLEMENTED", "the port speaks gRPC and does not take logs")]
    [InlineData(14, "UNAVAILABLE", "the receiver cannot take anything now")]
    [InlineData(16, "UNAUTHENTICATED", "the key is missing or wrong")]
    public async Task A_gRPC_status_is_explained(int code, string name, string words)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        receiver.Default = new OtlpReply.Grpc(code);
        var diagnosis = await Run(receiver.GrpcEndpoint.ToString(), OtlpTransport.Grpc);

        Assert.Equal((false, name), (diagnosis.IsTaken, diagnosis.Code));
        Assert.StartsWith(words, diagnosis.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OtlpTransport.HttpProtobuf)]
    [InlineData(OtlpTransport.Grpc)]
    public async Task A_partial_success_is_not_taken_for_a_success_and_the_servers_words_are_passed_on(OtlpTransport transport)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        receiver.Default = new OtlpReply.Partial(1);
        var diagnosis = await Run(transport == OtlpTransport.Grpc ? receiver.GrpcEndpoint.ToString() : receiver.HttpEndpoint + "v1/logs", transport);

        Assert.Equal((false, "partial", "no thanks"), (diagnosis.IsTaken, diagnosis.Code, diagnosis.Server));
    }

    [Fact]
    public async Task A_key_that_the_server_quotes_is_masked()
    {
        using var listener = new HttpListener();
        var url = $"http://127.0.0.1:{FreePort.Next()}/";
        listener.Prefixes.Add(url);
        listener.Start();
        var answering = Task.Run(async () =>
        {
            var context = await listener.GetContextAsync();
            context.Response.StatusCode = 403;
            context.Response.Close(System.Text.Encoding.UTF8.GetBytes($"the key {context.Request.Headers["x-token"]}\nis over"), willBlock: true);
        });
        var diagnosis = await Run(url + "v1/logs");
        await answering;
        Assert.Equal(("403", "the key ******** is over"), (diagnosis.Code, diagnosis.Server));
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_named()
    {
        var port = FreePort.Next();
        Assert.Equal((false, "refused", $"nothing listens at 127.0.0.1:{port}; is it running, and is the port right?"), Words(await Run($"http://127.0.0.1:{port}/v1/logs")));
    }

    [Fact]
    public async Task A_name_that_is_not_known_is_named()
    {
        var diagnosis = await Run("http://collector.invalid:4318/v1/logs");
        Assert.Equal((false, "dns", "the name collector.invalid is not known; is it spelled right, and does DNS work here?"), Words(diagnosis));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        receiver.Default = new OtlpReply.Silence();
        var diagnosis = await Run(receiver.HttpEndpoint + "v1/logs", timeout: TimeSpan.FromMilliseconds(300));
        Assert.Equal((false, "timeout"), (diagnosis.IsTaken, diagnosis.Code));
        Assert.Contains("within 0.3 s", diagnosis.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HTTP_sent_to_a_gRPC_port_is_told_apart_from_a_broken_server()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var diagnosis = await Run(receiver.GrpcEndpoint + "v1/logs");
        Assert.Equal((false, "speaks_grpc"), (diagnosis.IsTaken, diagnosis.Code));
        Assert.Contains("--protocol grpc", diagnosis.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task gRPC_sent_to_an_HTTP_port_is_told_apart_from_a_broken_server()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var diagnosis = await Run(receiver.HttpEndpoint.ToString(), OtlpTransport.Grpc);
        Assert.Equal((false, "speaks_http"), (diagnosis.IsTaken, diagnosis.Code));
        Assert.Contains("--protocol http/protobuf", diagnosis.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_that_is_no_receiver_at_all_is_said_to_be_none()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = Task.Run(async () =>
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync();
                await socket.SendAsync("SSH-2.0-OpenSSH_10\r\n"u8.ToArray());
            }
        });
        var diagnosis = await Run($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1/logs");
        Assert.Equal((false, "connection"), (diagnosis.IsTaken, diagnosis.Code));
        Assert.Contains("does not answer as an OTLP receiver does", diagnosis.Explanation, StringComparison.Ordinal);
        listener.Stop();
        await answering.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task TLS_is_explained_certificate_by_certificate()
    {
        using var home = new TempHome();
        using var good = Certificates.For("127.0.0.1", home, out var ca);
        await using var receiver = await OtlpReceiver.StartAsync(good);
        var url = $"https://127.0.0.1:{receiver.HttpEndpoint.Port}/v1/logs";

        Assert.True((await Run(url, ca: ca)).IsTaken);
        var unknown = await Run(url);
        Assert.Equal("tls", unknown.Code);
        Assert.Contains("this machine does not know the authority", unknown.Explanation, StringComparison.Ordinal);
        Assert.Contains("--ca FILE", unknown.Explanation, StringComparison.Ordinal);
        Assert.Equal("wants_tls", (await Run(url.Replace("https", "http", StringComparison.Ordinal))).Code);
    }

    [Fact]
    public async Task A_certificate_of_another_name_and_one_that_is_over_are_explained()
    {
        using var home = new TempHome();
        using var other = Certificates.For("elsewhere.example", home, out var ca);
        await using (var receiver = await OtlpReceiver.StartAsync(other))
        {
            var diagnosis = await Run($"https://127.0.0.1:{receiver.HttpEndpoint.Port}/v1/logs", ca: ca);
            Assert.Equal("tls", diagnosis.Code);
            Assert.Contains("is not of 127.0.0.1 but of elsewhere.example", diagnosis.Explanation, StringComparison.Ordinal);
        }

        using var over = Certificates.For("127.0.0.1", home, out var oldCa, days: -1);
        await using (var receiver = await OtlpReceiver.StartAsync(over))
        {
            var diagnosis = await Run($"https://127.0.0.1:{receiver.HttpEndpoint.Port}/v1/logs", ca: oldCa);
            Assert.Equal("tls", diagnosis.Code);
            Assert.Contains("renew it there, or check the clock here", diagnosis.Explanation, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TLS_spoken_to_a_plain_port_is_explained()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        Assert.Equal("no_tls", (await Run($"https://127.0.0.1:{receiver.HttpEndpoint.Port}/v1/logs")).Code);
    }

    [Fact]
    public async Task A_server_that_asks_for_a_client_certificate_is_explained_and_one_that_is_shown_it_takes_all()
    {
        using var home = new TempHome();
        using var server = Certificates.For("127.0.0.1", home, out var ca);
        using var client = Certificates.For("client", home, out _);
        var (certificate, key) = (home.File("client.pem"), home.File("client.key"));
        File.WriteAllText(certificate, client.ExportCertificatePem());
        File.WriteAllText(key, client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var receiver = await OtlpReceiver.StartAsync(server, client.Thumbprint);
        var url = $"https://127.0.0.1:{receiver.HttpEndpoint.Port}";

        var without = await Run(url + "/v1/logs", ca: ca);
        Assert.Equal("client_certificate", without.Code);
        Assert.Contains("--client-certificate FILE and --client-key FILE", without.Explanation, StringComparison.Ordinal);

        var (destination, faults) = new DestinationReader(_ => null, OtlpSettings.None).Read("default", new DestinationEntry { Endpoint = url, Ca = ca, ClientCertificate = certificate, ClientKey = key });
        Assert.Empty(faults);
        foreach (var signal in Enum.GetValues<OtlpSignal>())
            Assert.Equal((true, "taken (200)"), ((await DestinationTest.RunAsync(signal, destination!.Settings, CancellationToken.None)) is var d ? d.IsTaken : false, d.Explanation));
    }

    private static (bool, string, string) Words(Exporters.Diagnosis.Diagnosis diagnosis) => (diagnosis.IsTaken, diagnosis.Code, diagnosis.Explanation);

    private static Task<Exporters.Diagnosis.Diagnosis> Run(string url, OtlpTransport transport = OtlpTransport.HttpProtobuf, string? ca = null, TimeSpan? timeout = null)
    {
        var signal = new OtlpSignalSettings { Endpoint = new Uri(url), Transport = transport, Gzip = true, Headers = [new("x-token", "s3cret")], CertificateFile = ca, Timeout = timeout ?? TimeSpan.FromSeconds(10) };
        return DestinationTest.RunAsync(OtlpSignal.Logs, new OtlpSettings { Logs = signal }, CancellationToken.None);
    }
}
