using YamlDotNet.RepresentationModel;

namespace Pharos.Stack.Tests;

/// <summary>The Collector's configurations: what has to hold of each, and the Collector's own opinion where its components are there.</summary>
public sealed class CollectorTests
{
    private static readonly string[] Sections = ["receivers", "processors", "exporters", "extensions", "connectors"];
    private static readonly string[] Core = ["otlp", "memory_limiter", "otlp_http", "otlp_grpc", "nop", "health_check", "file_storage"];

    /// <summary>Each way in which the files are meant to be loaded; those of the second half need the contrib distribution.</summary>
    public static TheoryData<string[]> Native => [["collector"], ["collector", "none"], ["agent"], ["collector", "gateway"]];

    public static TheoryData<string[]> All => [["collector"], ["collector", "none"], ["agent"], ["collector", "gateway"], ["collector", "vendor"], ["collector", "host-metrics"], ["collector", "vendor", "host-metrics"]];

    [Theory]
    [MemberData(nameof(Native))]
    public async Task The_Collector_itself_takes_it(string[] files)
    {
        using var home = new TempHome();
        await Tool.OkAsync("otelcol", files.SelectMany(f => new[] { "--config", Repository.PathOf("otel-collector", $"{f}.yaml") }).Prepend("validate"), ("PHAROS_STACK_QUEUE", home.File("queue")));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_component_is_declared_and_every_declared_one_is_used(string[] files)
    {
        var used = Pipelines(files).SelectMany(p => p.Components).Concat(Extensions(files)).Concat(QueueStorages(files)).Distinct().ToList();
        var declared = files.SelectMany(f => Sections.SelectMany(s => Yaml.File("otel-collector", $"{f}.yaml").Map(s).Select(c => c.Key))).Distinct().ToList();
        Assert.Empty(used.Except(declared));
        Assert.Empty(declared.Except(used).Except(["nop"])); // what PHAROS_STACK_*_TO may name
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Memory_is_limited_first_and_nothing_is_batched_before_its_queue(string[] files) =>
        Assert.All(Pipelines(files), pipeline =>
        {
            Assert.Equal("memory_limiter", pipeline.Processors[0]);
            Assert.DoesNotContain(pipeline.Processors, p => p.StartsWith("batch", StringComparison.Ordinal));
        });

    [Theory]
    [MemberData(nameof(All))]
    public void Every_exporter_has_a_bounded_queue_on_disk_with_batches_and_never_gives_up(string[] files)
    {
        foreach (var (name, exporter) in files.SelectMany(f => Yaml.File("otel-collector", $"{f}.yaml").Map("exporters")).Where(e => e.Key != "nop"))
        {
            Assert.True(exporter.Text("sending_queue", "storage") == "file_storage", $"{name}: storage");
            Assert.True(exporter.Text("sending_queue", "sizer") == "items" && int.Parse(exporter.Text("sending_queue", "queue_size")!) is > 1000 and <= 1_000_000, $"{name}: bound");
            Assert.True(exporter.At("sending_queue", "batch") is YamlMappingNode, $"{name}: batch");
            Assert.True(exporter.Text("retry_on_failure", "max_elapsed_time") == "0s", $"{name}: retry");
        }
    }

    [Theory]
    [InlineData("collector")]
    [InlineData("agent")]
    public void The_base_needs_nothing_of_contrib_but_health_check_and_file_storage(string file) =>
        Assert.Empty(Sections.SelectMany(s => Yaml.File("otel-collector", $"{file}.yaml").Map(s)).Select(c => c.Key.Split('/')[0]).Except(Core));

    [Theory]
    [InlineData("collector")]
    [InlineData("agent")]
    public void Every_address_comes_from_the_environment_and_is_this_machine_without_it(string file)
    {
        var endpoints = Endpoints(Yaml.File("otel-collector", $"{file}.yaml")).ToList();
        Assert.True(endpoints.Count >= 4);
        Assert.All(endpoints, e => Assert.Matches(@"^(http://)?\$\{env:PHAROS_(STACK|GATEWAY)[A-Z_]*:-(https://localhost|127\.0\.0\.1):[0-9]+\}(/\S*)?$", e));
    }

    [Fact]
    public void Its_own_telemetry_comes_at_the_pace_of_everything_else_and_keeps_its_name()
    {
        var telemetry = Yaml.File("otel-collector", "collector.yaml").At("service", "telemetry")!;
        var reader = Assert.Single(telemetry.List("metrics", "readers"));
        Assert.Equal(Exporters.Settings.ExportInterval.Default.TotalMilliseconds, double.Parse(reader.Text("periodic", "interval")!));
        Assert.Equal("http/protobuf", reader.Text("periodic", "exporter", "otlp", "protocol"));
        Assert.NotNull(telemetry.Text("resource", "service.instance.id"));
    }

    [Fact]
    public void The_vendor_gets_deltas_and_the_local_stores_do_not()
    {
        Assert.All(Pipelines(["collector", "vendor"]), p => Assert.Equal(p.Name == "metrics/vendor", p.Processors.Contains("cumulativetodelta")));
        Assert.Equal("${env:PHAROS_VENDOR_ENDPOINT}", Yaml.File("otel-collector", "vendor.yaml").Text("exporters", "otlp_http/vendor", "endpoint"));
    }

    private sealed record Pipeline(string Name, IReadOnlyList<string> Receivers, IReadOnlyList<string> Processors, IReadOnlyList<string> Exporters)
    {
        public IEnumerable<string> Components => [.. Receivers, .. Processors, .. Exporters];
    }

    /// <summary>As the Collector merges files: maps together, lists replaced.</summary>
    private static List<Pipeline> Pipelines(string[] files)
    {
        var merged = new Dictionary<string, Pipeline>();
        foreach (var (name, body) in files.SelectMany(f => Yaml.File("otel-collector", $"{f}.yaml").Map("service", "pipelines")))
        {
            var before = merged.GetValueOrDefault(name) ?? new(name, [], [], []);
            merged[name] = new(name, Of(body, "receivers", before.Receivers), Of(body, "processors", before.Processors), Of(body, "exporters", before.Exporters));
        }

        return [.. merged.Values];
    }

    private static IReadOnlyList<string> Of(YamlNode body, string key, IReadOnlyList<string> before) => body.At(key) switch
    {
        YamlSequenceNode => body.Texts(key),
        YamlScalarNode { Value: { } text } => text[(text.IndexOf('[') + 1)..text.IndexOf(']')].Split(','), // ${env:NAME:-[exporter]}
        _ => before,
    };

    private static IEnumerable<string> Extensions(string[] files) => files.SelectMany(f => Yaml.File("otel-collector", $"{f}.yaml").Texts("service", "extensions"));

    private static IEnumerable<string> QueueStorages(string[] files) =>
        files.SelectMany(f => Yaml.File("otel-collector", $"{f}.yaml").Map("exporters")).Select(e => e.Value.Text("sending_queue", "storage")).OfType<string>();

    private static IEnumerable<string> Endpoints(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(c => c is { Key: YamlScalarNode { Value: "endpoint" }, Value: YamlScalarNode { Value: { } text } } ? [text] : Endpoints(c.Value)),
        YamlSequenceNode list => list.Children.SelectMany(Endpoints),
        _ => [],
    };
}
