using System.Diagnostics;
using Pharos.TestKit.Otlp;
using Serilog;
using Serilog.Events;
using Serilog.Sinks.OpenTelemetry;

namespace Pharos.Exporters.Tests.Serilog;

public sealed class OpenTelemetrySinkTests : IAsyncLifetime
{
    private OtlpReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await OtlpReceiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Theory]
    [InlineData(OtlpProtocol.Grpc)]
    [InlineData(OtlpProtocol.HttpProtobuf)]
    public async Task An_event_arrives_with_its_properties_as_structure(OtlpProtocol protocol)
    {
        await using (var logger = Logger(o => o.Protocol = protocol))
        {
            logger.ForContext("SourceContext", "My.Class").Error(
                new InvalidOperationException("broken"), "Hello {Name} {Count} {@Thing} {List}", "you", 3, new { A = 1.5m, When = new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc) }, new[] { 1, 2 });
        }

        var log = Assert.Single(_receiver.Logs);
        Assert.Matches("^Hello \"you\" 3 { A: 1.5, When: .+ } \\[1, 2\\]$", (string)log.Body!);
        Assert.Equal((17, "Error", "My.Class"), (log.Severity, log.SeverityText, log.Place.Scope));
        Assert.Equal(("you", 3L), (log.Attributes["Name"], log.Attributes["Count"]));
        var thing = Assert.IsType<Dictionary<string, object?>>(log.Attributes["Thing"]);
        Assert.Equal((1.5, "2026-01-02T00:00:00.0000000Z"), (thing["A"], thing["When"]));
        Assert.Equal([1L, 2L], Assert.IsType<object?[]>(log.Attributes["List"]));
        Assert.Equal(("System.InvalidOperationException", "broken"), (log.Attributes["exception.type"], log.Attributes["exception.message"]));
        Assert.Contains("broken", (string)log.Attributes["exception.stacktrace"]!);
        Assert.Equal("Hello {Name} {Count} {@Thing} {List}", log.Attributes["message_template.text"]);
        Assert.False(log.Attributes.ContainsKey("SourceContext"));
        Assert.Equal("dotnet", log.Place.Resource["telemetry.sdk.language"]);
        Assert.StartsWith("unknown_service:", (string)log.Place.Resource["service.name"]!);
    }

    [Theory]
    [InlineData(LogEventLevel.Verbose, 1)]
    [InlineData(LogEventLevel.Debug, 5)]
    [InlineData(LogEventLevel.Information, 9)]
    [InlineData(LogEventLevel.Warning, 13)]
    [InlineData(LogEventLevel.Error, 17)]
    [InlineData(LogEventLevel.Fatal, 21)]
    public async Task Levels_become_severities(LogEventLevel level, int severity)
    {
        await using (var logger = Logger())
            logger.Write(level, "x");

        Assert.Equal((severity, level.ToString()), (_receiver.Logs.Single().Severity, _receiver.Logs.Single().SeverityText));
    }

    [Fact]
    public async Task The_flags_choose_what_is_included()
    {
        await using (var logger = Logger(o => o.IncludedData = IncludedData.TemplateBody | IncludedData.MessageTemplateMD5HashAttribute
            | IncludedData.MessageTemplateRenderingsAttribute | IncludedData.SourceContextAttribute | IncludedData.StructureValueTypeTags))
        {
            logger.ForContext("SourceContext", "C").Information("N {N:000} {@T}", 7, new Uncommon(1));
        }

        var log = Assert.Single(_receiver.Logs);
        Assert.Equal(("N {N:000} {@T}", "C", "C"), (log.Body, log.Attributes["SourceContext"], log.Place.Scope));
        Assert.Equal(32, ((string)log.Attributes["message_template.hash.md5"]!).Length);
        Assert.Equal(["007"], Assert.IsType<object?[]>(log.Attributes["message_template.renderings"]));
        Assert.Equal("Uncommon", Assert.IsType<Dictionary<string, object?>>(log.Attributes["T"])["$type"]);
        Assert.False(log.Attributes.ContainsKey("message_template.text"));
        Assert.Empty(log.Place.Resource);
    }

    [Fact]
    public async Task Trace_and_span_id_of_the_current_activity_are_on_the_record()
    {
        using var activity = new Activity("work").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using (var logger = Logger())
            logger.Information("x");

        var log = Assert.Single(_receiver.Logs);
        Assert.Equal((activity.TraceId.ToHexString(), activity.SpanId.ToHexString()), (log.TraceId, log.SpanId));
    }

    [Fact]
    public async Task An_event_that_tells_of_a_span_becomes_one()
    {
        using var activity = new Activity("work").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using (var logger = Logger())
        {
            logger.ForContext("SpanStartTimestamp", DateTime.UtcNow.AddSeconds(-1)).ForContext("ParentSpanId", "b7ad6b7169203331").ForContext("SpanKind", "Server").Information("Handled");
        }

        Assert.Empty(_receiver.Logs);
        var span = Assert.Single(_receiver.Spans);
        Assert.Equal(("Handled", 2, "b7ad6b7169203331", activity.SpanId.ToHexString()), (span.Name, span.Kind, span.ParentSpanId, span.SpanId));
        Assert.InRange(span.End - span.Start, 900_000_000, 60_000_000_000);
    }

    [Fact]
    public async Task The_environment_wins_over_the_options_unless_it_is_ignored()
    {
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _receiver.HttpEndpoint.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "key=from%20env",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "region=eu",
            ["OTEL_SERVICE_NAME"] = "named",
        };
        await using (var logger = new LoggerConfiguration().WriteTo.OpenTelemetry(o => o.Endpoint = "http://nowhere.invalid", environment.GetValueOrDefault).CreateLogger())
            logger.Information("x");

        Assert.Equal("from env", Assert.Single(_receiver.Requests).Headers["key"]);
        Assert.Equal(("named", "eu"), (_receiver.Logs.Single().Place.Resource["service.name"], _receiver.Logs.Single().Place.Resource["region"]));
    }

    [Fact]
    public async Task The_first_event_leaves_at_once_and_the_next_ones_together()
    {
        await using var logger = Logger(o => o.BatchingOptions.BufferingTimeLimit = TimeSpan.FromMilliseconds(300));
        logger.Information("first");
        await _receiver.UntilAsync(r => r.Logs.Count == 1);
        for (var i = 0; i < 50; i++)
            logger.Information("next {I}", i);
        await _receiver.UntilAsync(r => r.Logs.Count == 51);

        Assert.InRange(_receiver.Requests.Count, 2, 10);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (object?)(long)i), _receiver.Logs.Skip(1).Select(l => l.Attributes["I"]));
    }

    [Fact]
    public async Task An_audit_call_returns_after_delivery_and_throws_when_there_is_none()
    {
        using var logger = new LoggerConfiguration().AuditTo.OpenTelemetry(o => (o.Endpoint, o.Protocol) = (_receiver.HttpEndpoint.ToString(), OtlpProtocol.HttpProtobuf), ignoreEnvironment: true).CreateLogger();
        logger.Information("x");
        Assert.Single(_receiver.Logs);
        _receiver.Script(new OtlpReply.Status(400));

        Assert.Throws<AggregateException>(() => logger.Information("y"));
        await _receiver.UntilAsync(r => r.Requests.Count == 2);
    }

    [Fact]
    public async Task The_sink_suppresses_instrumentation_while_it_sends()
    {
        var begun = 0;
        await using (var logger = Logger(o => o.OnBeginSuppressInstrumentation = () =>
        {
            Interlocked.Increment(ref begun);
            return new MemoryStream();
        }))
        {
            logger.Information("x");
        }

        Assert.Equal(_receiver.Requests.Count, begun);
    }

    private global::Serilog.Core.Logger Logger(Action<BatchedOpenTelemetrySinkOptions>? configure = null) => new LoggerConfiguration()
        .MinimumLevel.Verbose()
        .WriteTo.OpenTelemetry(
            o =>
            {
                o.Protocol = OtlpProtocol.HttpProtobuf;
                configure?.Invoke(o);
                o.Endpoint = (o.Protocol == OtlpProtocol.Grpc ? _receiver.GrpcEndpoint : _receiver.HttpEndpoint).ToString();
            },
            ignoreEnvironment: true)
        .CreateLogger();

    private sealed record Uncommon(int X);
}
