using Pharos.Exporters.Destinations;
using Pharos.Exporters.Diagnosis;
using Pharos.Exporters.Pipeline;
using Pharos.Exporters.Presets;
using Pharos.Exporters.SelfTelemetry;
using Pharos.Exporters.Settings;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using Pharos.TestKit;
using Pharos.TestKit.Otlp;

namespace Pharos.Exporters.Tests.Presets;

/// <summary>Each preset against a receiver that plays its vendor; only scheme, host and port are others.</summary>
public sealed class PresetTests
{
    private static readonly OtlpSignal[] Signals = [OtlpSignal.Logs, OtlpSignal.Metrics, OtlpSignal.Traces];

    public static TheoryData<string, bool> Plays()
    {
        var data = new TheoryData<string, bool>();
        foreach (var play in VendorRuleBook.All)
        {
            if (PresetTable.Find(play.Preset)!.Http.Count > 0)
                data.Add(play.Preset, false);
            if (play.Rules.Grpc)
                data.Add(play.Preset, true);
        }

        return data;
    }

    [Fact]
    public void Every_preset_that_is_sent_to_directly_has_a_play() =>
        Assert.Equal(PresetTable.All.Where(p => p.NeedsCollector is null).Select(p => p.Name).Order(), VendorRuleBook.All.Select(p => p.Preset).Order());

    [Theory]
    [MemberData(nameof(Plays))]
    public async Task A_preset_is_taken_by_its_vendor_also_where_it_is_throttled_at_first_and_where_much_must_be_sent(string preset, bool grpc)
    {
        var (play, rules) = await Start(preset, throttle: 2);
        await using var _ = play;
        var destination = Of(preset, play, grpc);
        await using (var pipeline = new OtlpPipeline(destination.Settings, new OtlpPipelineOptions()))
        {
            pipeline.AddSource(new ManySeries());
            pipeline.Begin();
            for (var i = 0; i < 300; i++)
                pipeline.TryWrite(Samples.Log(Samples.Resource("web", i), new string('x', 8000)));
            pipeline.TryWrite(Span());
            Assert.True(await pipeline.FlushAsync(TimeSpan.FromSeconds(30)), string.Join("; ", play.Refusals));
        }

        Assert.All(play.Refusals, r => Assert.Contains(" 429: ", r, StringComparison.Ordinal)); // nothing but the throttling: what is split was split by us
        Assert.Equal(rules.Paths.Keys.Order(), play.Taken.Select(r => r.Signal).Distinct().Order());
        Assert.Equal(rules.Paths.ContainsKey("logs") ? 300 : 0, play.Logs.Count);
        if (rules.Paths.ContainsKey("metrics"))
            Assert.Equal(ManySeries.Resources, play.Points.Where(p => p.Metric == InstanceMetrics.StartDuration.Name).Select(p => p.Place.Resource["service.instance.id"]).Distinct().Count());
        Assert.All(play.Taken, r => Assert.Equal((grpc, PresetTable.Find(preset)!.Gzip), (r.IsGrpc, r.IsGzip)));
    }

    [Theory]
    [MemberData(nameof(Plays))]
    public async Task What_the_supervisor_sends_of_itself_is_taken_as_well(string preset, bool grpc)
    {
        var (play, rules) = await Start(preset);
        await using var _ = play;
        var settings = Of(preset, play, grpc).Settings;
        using (var own = OwnTelemetry.Start(settings, SupervisorResource.Create(settings, "id", "vm", "host"))!)
        {
            using var meter = new System.Diagnostics.Metrics.Meter(SupervisorMetrics.MeterName);
            meter.CreateCounter<long>("test.counter").Add(1);
            meter.CreateHistogram<double>("test.histogram").Record(0.25);
            Pharos.Telemetry.PharosActivity.Source.StartActivity(SpanNames.Start)?.Dispose();
            own.Flush(TimeSpan.FromSeconds(20));
        }

        Assert.Empty(play.Refusals);
        Assert.Equal(rules.Paths.Keys.Where(k => k != "logs").Order(), play.Taken.Select(r => r.Signal).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Plays))]
    public async Task The_test_says_that_everything_is_taken_and_what_is_wrong_with_a_key(string preset, bool grpc)
    {
        var (play, rules) = await Start(preset);
        await using var _ = play;
        var right = Of(preset, play, grpc);
        foreach (var signal in Signals)
        {
            Assert.Equal(rules.Paths.ContainsKey(signal.ToString().ToLowerInvariant()), right.Settings.Of(signal) is not null);
            if (right.Settings.Of(signal) is null)
                Assert.NotEmpty(right.NotSent[signal]);
            else
                Assert.Equal((true, grpc ? "OK" : rules.Taken == 202 ? "202" : "200"), await Outcome(signal, right.Settings));
        }

        if (rules.KeyHeader is null)
            return;
        var wrong = await DestinationTest.RunAsync(OtlpSignal.Traces, Of(preset, play, grpc, "wr0ng").Settings, CancellationToken.None);
        Assert.Equal((false, grpc ? "PERMISSION_DENIED" : "403"), (wrong.IsTaken, wrong.Code));
        Assert.Contains("the key is known and may not do this", wrong.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", wrong.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("datadog")]
    [InlineData("dynatrace")]
    [InlineData("newrelic")]
    [InlineData("uptrace")]
    public async Task A_vendor_that_wants_deltas_refuses_what_is_cumulative_and_the_test_says_so(string preset)
    {
        var (play, _) = await Start(preset);
        await using var __ = play;
        var cumulative = Of(preset, play, grpc: false, change: e => e with { Temporality = "cumulative" });
        var diagnosis = await DestinationTest.RunAsync(OtlpSignal.Metrics, cumulative.Settings, CancellationToken.None);

        Assert.Equal((false, "400"), (diagnosis.IsTaken, diagnosis.Code));
        Assert.Contains("--temporality delta", diagnosis.Explanation, StringComparison.Ordinal);
        Assert.Contains("has temporality 2", diagnosis.Server, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_about_destinations_says_what_the_presets_say()
    {
        const string begin = "<!-- presets: generated, UPDATE_GOLDEN=1 writes it -->\n", end = "<!-- /presets -->\n";
        var path = Path.Combine(Repository.Root, "docs", "otel.md");
        var page = File.ReadAllText(path);
        var (from, to) = (page.IndexOf(begin, StringComparison.Ordinal) + begin.Length, page.IndexOf(end, StringComparison.Ordinal));
        Repository.Matches("docs/otel.md", page[..from] + PresetPage.Render() + page[to..]);
    }

    [Fact]
    public void The_snippet_of_every_preset_uses_what_it_defines_and_leaves_no_gap_once_the_parameters_are_given()
    {
        Assert.All(PresetTable.All, preset =>
        {
            var text = CollectorSnippet.For(preset, preset.Parameters.ToDictionary(p => p.Name, p => p.Choices.Keys.FirstOrDefault() ?? "value"));
            Assert.DoesNotContain(text.Split('\n'), l => l.Contains('{') && preset.Parameters.Any(p => l.Contains("{" + p.Name + "}", StringComparison.Ordinal)));
            Assert.DoesNotContain("{key}", text, StringComparison.Ordinal);
            var exporters = text[text.IndexOf("exporters:\n", StringComparison.Ordinal)..text.IndexOf("service:\n", StringComparison.Ordinal)]
                .Split('\n').Where(l => l.StartsWith("  ", StringComparison.Ordinal) && l[2] != ' ').Select(l => l.Trim().TrimEnd(':')).ToList();
            var used = text[text.IndexOf("service:\n", StringComparison.Ordinal)..];
            Assert.NotEmpty(exporters);
            Assert.All(exporters, e => Assert.Contains(e, used, StringComparison.Ordinal));
            Assert.Equal(preset.Temporality == TemporalityPreference.Delta, text.Contains("cumulativetodelta", StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData("aws")]
    [InlineData("azure")]
    public void A_vendor_that_needs_a_collector_says_so_and_names_the_snippet(string preset)
    {
        var (destination, faults) = new DestinationReader(_ => null, OtlpSettings.None).Read("default", new DestinationEntry { Preset = preset });
        Assert.Null(destination);
        Assert.Contains($"run 'pharos otel snippet {preset}'", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_another_endpoint_each_preset_has_the_vendors_own_address()
    {
        var lines = VendorRuleBook.All.SelectMany(play =>
        {
            var destination = Read(Entry(play, VendorRuleBook.Key));
            return Signals.Select(s => $"{play.Preset} {s}: {destination.Settings.Of(s)?.ToString() ?? "not sent"}; {destination.Settings.Temporality}, {destination.Settings.Histograms}");
        });
        Golden.Match(string.Join('\n', lines) + "\n", "Addresses");
    }

    private static async Task<(bool, string)> Outcome(OtlpSignal signal, OtlpSettings settings)
    {
        var diagnosis = await DestinationTest.RunAsync(signal, settings, CancellationToken.None);
        return (diagnosis.IsTaken, diagnosis.IsTaken ? diagnosis.Code : $"{diagnosis.Code} {diagnosis.Explanation} {diagnosis.Server}");
    }

    private static async Task<(VendorPlay Play, VendorRules Rules)> Start(string preset, int throttle = 0)
    {
        var rules = VendorRuleBook.All.Single(p => p.Preset == preset).Rules;
        return (await VendorPlay.StartAsync(rules, throttle), rules);
    }

    private static Destination Of(string preset, VendorPlay play, bool grpc, string key = VendorRuleBook.Key, Func<DestinationEntry, DestinationEntry>? change = null)
    {
        var entry = Entry(VendorRuleBook.All.Single(p => p.Preset == preset), key) with
        {
            Endpoint = (grpc ? play.GrpcEndpoint : play.HttpEndpoint).ToString(),
            Protocol = grpc ? "grpc" : "http/protobuf",
        };
        return Read(change?.Invoke(entry) ?? entry);
    }

    private static DestinationEntry Entry(VendorRuleBook.Play play, string key) => new()
    {
        Preset = play.Preset,
        Parameters = play.Parameters.Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]),
        Key = play.Rules.KeyHeader is null ? null : new SecretReference { Value = key },
    };

    private static Destination Read(DestinationEntry entry)
    {
        var (destination, faults) = new DestinationReader(_ => null, OtlpSettings.None).Read("default", entry);
        Assert.Empty(faults);
        return destination!;
    }

    private static SpanRecord Span() => new()
    {
        Resource = Samples.Resource(),
        TraceId = new byte[16].Select((_, i) => (byte)(i + 1)).ToArray(),
        SpanId = [1, 2, 3, 4, 5, 6, 7, 8],
        Name = "pharos",
        StartUnixNanos = Samples.Now,
        EndUnixNanos = Samples.Now + 1,
    };

    /// <summary>More than 8192 points and more than a megabyte of them.</summary>
    private sealed class ManySeries : IMetricSource
    {
        public const int Resources = 400;

        public void Collect(List<MetricBatch> batches, long nowUnixNanos, bool final)
        {
            for (var i = 0; i < Resources; i++)
            {
                var batch = new MetricBatch(Samples.Resource("web", i));
                for (var reason = 0; reason < 20; reason++)
                    batch.Points.Add(new MetricPoint { Metric = InstanceMetrics.Restarts, Attribute1 = $"reason-{reason}", StartUnixNanos = nowUnixNanos - 1000, TimeUnixNanos = nowUnixNanos, Long = reason });
                batch.Points.Add(new MetricPoint { Metric = InstanceMetrics.MemoryUsage, StartUnixNanos = nowUnixNanos - 1000, TimeUnixNanos = nowUnixNanos, Long = 1 });
                batch.Points.Add(new MetricPoint
                {
                    Metric = InstanceMetrics.StartDuration,
                    Attribute1 = "success",
                    StartUnixNanos = nowUnixNanos - 1000,
                    TimeUnixNanos = nowUnixNanos,
                    Histogram = new HistogramValue([1, .. new long[InstanceMetrics.StartDuration.Bounds.Length]], 0.001) { Exponential = ExponentialValue.Empty.With(0.001, 1) },
                });
                batches.Add(batch);
            }
        }
    }
}
