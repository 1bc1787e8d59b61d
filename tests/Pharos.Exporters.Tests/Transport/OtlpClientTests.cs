using System.Net;
using System.Net.Sockets;
using Pharos.Exporters.Settings;
using Pharos.Exporters.Transport;
using Pharos.Exporters.Wire;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.Transport;

public sealed class OtlpClientTests : IAsyncLifetime
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);
    private readonly HastyTime _time = new(RequestTimeout);
    private OtlpReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await OtlpReceiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Theory]
    [InlineData(OtlpTransport.HttpProtobuf, false)]
    [InlineData(OtlpTransport.HttpProtobuf, true)]
    [InlineData(OtlpTransport.Grpc, false)]
    [InlineData(OtlpTransport.Grpc, true)]
    public async Task A_request_arrives_with_its_headers_over_either_protocol(OtlpTransport transport, bool gzip)
    {
        var result = await SendAsync(transport, gzip: gzip);

        Assert.Equal(new ExportResult(ExportOutcome.Delivered, 0, null, 1), result);
        var request = Assert.Single(_receiver.Requests);
        Assert.Equal(("logs", transport == OtlpTransport.Grpc, gzip, "s3cret"), (request.Signal, request.IsGrpc, request.IsGzip, request.Headers["x-token"]));
        Assert.Equal("hello", Assert.Single(_receiver.Logs).Body);
        Assert.DoesNotContain("traceparent", request.Headers.Keys);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_status_that_may_pass_is_tried_again(int status)
    {
        _receiver.Script(new OtlpReply.Status(status));

        Assert.Equal(new ExportResult(ExportOutcome.Delivered, 0, null, 2), await SendAsync());
    }

    [Theory]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(501)]
    public async Task Any_other_status_is_final(int status)
    {
        _receiver.Script(new OtlpReply.Status(status));

        Assert.Equal(new ExportResult(ExportOutcome.Refused, 0, status.ToString(), 1), await SendAsync());
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_told_apart()
    {
        _receiver.Script(new OtlpReply.Status(413));

        Assert.Equal(ExportOutcome.TooLarge, (await SendAsync()).Outcome);
    }

    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(204)]
    public async Task Any_2xx_is_a_success(int status)
    {
        _receiver.Script(new OtlpReply.Status(status));

        Assert.Equal(ExportOutcome.Delivered, (await SendAsync()).Outcome);
    }

    [Theory]
    [InlineData(OtlpTransport.HttpProtobuf)]
    [InlineData(OtlpTransport.Grpc)]
    public async Task A_partial_success_is_counted_and_not_sent_again(OtlpTransport transport)
    {
        _receiver.Script(new OtlpReply.Partial(3));

        Assert.Equal(new ExportResult(ExportOutcome.Delivered, 3, null, 1), await SendAsync(transport));
        Assert.Single(_receiver.Requests);
    }

    [Fact]
    public async Task Waits_double_from_one_second_up_to_thirty()
    {
        _receiver.Script([.. Enumerable.Repeat(new OtlpReply.Status(503), 7)]);
        await SendAsync();

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], _time.Waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task The_server_says_in_seconds_when_to_come_back()
    {
        _receiver.Script(new OtlpReply.Status(429, "7"));
        await SendAsync(jitter: 0);

        Assert.Equal([7], _time.Waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task The_server_says_by_a_date_when_to_come_back()
    {
        _receiver.Script(new OtlpReply.Status(503, HastyTime.Today.AddSeconds(11).ToString("R")));
        await SendAsync(jitter: 0);

        Assert.Equal([11], _time.Waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task No_server_can_silence_us_for_longer_than_ten_minutes()
    {
        _receiver.Script(new OtlpReply.Status(503, "31536000"));
        await SendAsync(jitter: 0);

        Assert.Equal([600], _time.Waits.Select(w => w.TotalSeconds));
    }

    [Theory]
    [InlineData(OtlpTransport.HttpProtobuf)]
    [InlineData(OtlpTransport.Grpc)]
    public async Task A_connection_that_breaks_is_tried_again(OtlpTransport transport)
    {
        _receiver.Script(new OtlpReply.Reset());

        Assert.Equal(new ExportResult(ExportOutcome.Delivered, 0, null, 2), await SendAsync(transport));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_tried_again_after_the_timeout()
    {
        _receiver.Script(new OtlpReply.Silence());
        var settings = new OtlpSignalSettings { Endpoint = new Uri(_receiver.HttpEndpoint, "/v1/logs"), Timeout = TimeSpan.FromMilliseconds(300) };
        using var client = new OtlpClient(OtlpSignal.Logs, settings, jitter: () => 0);

        Assert.Equal(new ExportResult(ExportOutcome.Delivered, 0, null, 2), await client.SendAsync(Request(), CancellationToken.None));
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_the_end()
    {
        _receiver.Script(new OtlpReply.Flood());

        Assert.Equal(ExportOutcome.Delivered, (await SendAsync()).Outcome);
    }

    [Theory]
    [InlineData(1, "CANCELLED")]
    [InlineData(4, "DEADLINE_EXCEEDED")]
    [InlineData(10, "ABORTED")]
    [InlineData(11, "OUT_OF_RANGE")]
    [InlineData(14, "UNAVAILABLE")]
    [InlineData(15, "DATA_LOSS")]
    public async Task A_gRPC_code_that_may_pass_is_tried_again(int code, string name)
    {
        string? told = null;
        _receiver.Script(new OtlpReply.Grpc(code));

        Assert.Equal(2, (await SendAsync(OtlpTransport.Grpc, stateChanged: error => told ??= error)).Attempts);
        Assert.Equal(name, told);
    }

    [Theory]
    [InlineData(2, "UNKNOWN")]
    [InlineData(3, "INVALID_ARGUMENT")]
    [InlineData(5, "NOT_FOUND")]
    [InlineData(7, "PERMISSION_DENIED")]
    [InlineData(12, "UNIMPLEMENTED")]
    [InlineData(13, "INTERNAL")]
    [InlineData(16, "UNAUTHENTICATED")]
    public async Task Any_other_gRPC_code_is_final(int code, string name)
    {
        _receiver.Script(new OtlpReply.Grpc(code));

        Assert.Equal(new ExportResult(ExportOutcome.Refused, 0, name, 1), await SendAsync(OtlpTransport.Grpc));
    }

    [Fact]
    public async Task Exhaustion_without_a_delay_says_that_the_message_is_too_large()
    {
        _receiver.Script(new OtlpReply.Grpc(8));

        Assert.Equal(new ExportResult(ExportOutcome.TooLarge, 0, "RESOURCE_EXHAUSTED", 1), await SendAsync(OtlpTransport.Grpc));
    }

    [Fact]
    public async Task Exhaustion_with_a_delay_is_tried_again_after_it()
    {
        _receiver.Script(new OtlpReply.Grpc(8, TimeSpan.FromSeconds(3.5)));

        Assert.Equal(2, (await SendAsync(OtlpTransport.Grpc, jitter: 0)).Attempts);
        Assert.Equal([3.5], _time.Waits.Select(w => w.TotalSeconds));
    }

    [Theory]
    [InlineData(503, ExportOutcome.Delivered)]
    [InlineData(401, ExportOutcome.Refused)]
    public async Task A_proxy_that_speaks_no_gRPC_is_understood(int status, ExportOutcome outcome)
    {
        _receiver.Script(new OtlpReply.Status(status));

        Assert.Equal(outcome, (await SendAsync(OtlpTransport.Grpc)).Outcome);
    }

    [Fact]
    public async Task The_caller_ends_the_retries()
    {
        using var enough = new CancellationTokenSource();
        _receiver.Default = new OtlpReply.Status(503);
        using var client = new OtlpClient(OtlpSignal.Logs, Samples.To(_receiver.HttpEndpoint)) { StateChanged = _ => enough.Cancel() };
        var result = await client.SendAsync(Request(), enough.Token);

        Assert.Equal(new ExportResult(ExportOutcome.GivenUp, 0, "503", 1), result);
    }

    [Fact]
    public async Task Nobody_listening_is_no_exception()
    {
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)unused.LocalEndpoint).Port}/v1/logs");
        unused.Stop();
        using var enough = new CancellationTokenSource();
        using var client = new OtlpClient(OtlpSignal.Logs, new OtlpSignalSettings { Endpoint = endpoint }, _time) { StateChanged = _ => enough.Cancel() };
        var result = await client.SendAsync(Request(), enough.Token);

        Assert.Equal((ExportOutcome.GivenUp, "connection_error"), (result.Outcome, result.ErrorType));
    }

    [Fact]
    public async Task Going_away_and_coming_back_are_told_once_each()
    {
        var told = new List<string?>();
        _receiver.Script(new OtlpReply.Status(503), new OtlpReply.Status(502));
        await SendAsync(stateChanged: told.Add);

        Assert.Equal(["503", null], told);
    }

    [Fact]
    public async Task A_wait_of_our_own_can_be_cut_short()
    {
        _receiver.Script(new OtlpReply.Status(503));
        using var client = new OtlpClient(OtlpSignal.Logs, Samples.To(_receiver.HttpEndpoint), new NeverTime());
        var sending = client.SendAsync(Request(), CancellationToken.None);
        while (!sending.IsCompleted)
        {
            client.RetryNow();
            await Task.Yield();
        }

        Assert.Equal(2, (await sending).Attempts);
    }

    [Theory]
    [InlineData(0, 0, 0.5)]
    [InlineData(0, 1, 1)]
    [InlineData(int.MaxValue, 1, 30)]
    [InlineData(int.MaxValue, 0, 15)]
    public void Waits_stay_within_bounds_for_any_number_of_retries(int retry, double jitter, double seconds) =>
        Assert.Equal(seconds, RetryBackoff.Delay(retry, jitter, null).TotalSeconds);

    private async Task<ExportResult> SendAsync(
        OtlpTransport transport = OtlpTransport.HttpProtobuf, bool gzip = false, double jitter = 1, Action<string?>? stateChanged = null)
    {
        var endpoint = transport == OtlpTransport.Grpc ? _receiver.GrpcEndpoint : _receiver.HttpEndpoint;
        using var client = new OtlpClient(OtlpSignal.Logs, Samples.To(endpoint, OtlpSignal.Logs, transport, gzip), _time, jitter: () => jitter) { StateChanged = stateChanged };
        return await client.SendAsync(Request(), CancellationToken.None);
    }

    private static byte[] Request()
    {
        using var writer = new ProtobufWriter();
        OtlpEncoder.WriteLogs(writer, [Samples.Log(Samples.Resource(), "hello")]);
        return writer.Written.ToArray();
    }

    /// <summary>No wait ever ends by itself.</summary>
    private sealed class NeverTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
