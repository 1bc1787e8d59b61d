using Pharos.Exporters.Destinations;
using Pharos.Exporters.Settings;
using Pharos.TestKit;

namespace Pharos.Exporters.Tests.Destinations;

public sealed class DestinationFileTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TempHome _home = new();

    public DestinationFileTests() => Directory.CreateDirectory(_home.Path);

    private DestinationFile File => new(_home.File("otel.json"));

    public void Dispose() => _home.Dispose();

    [Fact]
    public void What_is_written_is_read_again_and_is_for_the_owner_alone()
    {
        var entry = new DestinationEntry
        {
            Preset = "datadog",
            Parameters = new Dictionary<string, string> { ["site"] = "datadoghq.eu" },
            Key = new SecretReference { Value = "s3cret" },
            Headers = new Dictionary<string, SecretReference> { ["dd-otlp-source"] = new() { Env = "SOURCE" } },
            Signals = ["logs"],
        };
        File.Write(new DestinationDocument { Destinations = new Dictionary<string, DestinationEntry> { ["default"] = entry } });

        var read = File.Read().Destinations["default"];
        Assert.Equal(("datadog", "datadoghq.eu", "s3cret", "SOURCE", "logs"), (read.Preset, read.Parameters!["site"], read.Key!.Value, read.Headers!["dd-otlp-source"].Env, read.Signals![0]));
        Assert.Equal(Owner, System.IO.File.GetUnixFileMode(File.Path));
        Assert.Single(Directory.GetFiles(_home.Path));
    }

    [Fact]
    public void No_file_is_no_destination() => Assert.Empty(File.Read().Destinations);

    [Theory]
    [InlineData("{", "otel.json:1: the file is not what is known there")]
    [InlineData("null", "otel.json: is null")]
    [InlineData("{\"destinations\":{\"a\":{\n\"temporalty\":\"x-s3cret\"}}}", "otel.json:2: destinations.a.temporalty is not what is known there")]
    [InlineData("{\"destinations\":{\"a\":{\"key\":{\"value\":\n{\"s3cret\":1}}}}}", "otel.json:2: destinations.a.key.value is not what is known there")]
    [InlineData("{\"destinations\":[]}", "otel.json:1: destinations is not what is known there")]
    public void A_broken_file_is_one_line_that_names_the_place_and_never_quotes_it(string text, string line)
    {
        System.IO.File.WriteAllText(File.Path, text);
        var fault = Assert.Throws<DestinationFileException>(() => File.Read()).Message;
        Assert.Contains(line, fault, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault);
        Assert.DoesNotContain("s3cret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_others_can_read_is_not_used()
    {
        System.IO.File.WriteAllText(File.Path, "{\"destinations\":{\"a\":{\"preset\":\"uptrace\",\"key\":{\"value\":\"s3cret\"}}}}");
        System.IO.File.SetUnixFileMode(File.Path, Owner | UnixFileMode.OtherRead);
        Assert.Contains($"run: chmod 600 {File.Path}", Assert.Throws<DestinationFileException>(() => File.Read()).Message, StringComparison.Ordinal);

        System.IO.File.SetUnixFileMode(File.Path, Owner);
        Assert.Single(File.Read().Destinations);
    }

    [Fact]
    public async Task Changes_at_the_same_time_are_all_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => File.Change(d =>
            new DestinationDocument { Destinations = new Dictionary<string, DestinationEntry>(d.Destinations) { [$"d{i}"] = new() { Endpoint = "http://a" } } }))));
        Assert.Equal(8, File.Read().Destinations.Count);
    }

    [Fact]
    public void A_file_that_became_faulty_leaves_what_was_in_force_and_one_faulty_destination_leaves_the_others()
    {
        var source = new DestinationSource(File.Path, _ => null, OtlpSettings.None);
        System.IO.File.WriteAllText(File.Path, "{\"destinations\":{\"a\":{\"endpoint\":\"http://a\"},\"b\":{\"endpoint\":\"http://b\"}}}");
        var (first, faults, areAll) = source.Read([]);
        Assert.Equal(("a,b", 0, true), (string.Join(',', first.Select(d => d.Name)), faults.Count, areAll));

        System.IO.File.WriteAllText(File.Path, "{\"destinations\":{\"a\":{\"endpoint\":\"not a url\"},\"c\":{\"endpoint\":\"http://c\"}}}");
        var (second, oneFault, _) = source.Read(first);
        Assert.Equal(["a", "c"], second.Select(d => d.Name).Order());
        Assert.Equal("http://a/v1/logs", second.Single(d => d.Name == "a").Settings.Logs!.Display);
        Assert.Equal($"{File.Path}: destinations.a.endpoint: 'not a url' is not an absolute http:// or https:// URL", Assert.Single(oneFault));

        System.IO.File.WriteAllText(File.Path, "{");
        var (third, _, known) = source.Read(second);
        Assert.Equal(("a,c", false), (string.Join(',', third.Select(d => d.Name).Order()), known));
    }

    [Fact]
    public void The_environment_makes_a_destination_of_its_own_and_its_key_stays_with_it()
    {
        System.IO.File.WriteAllText(File.Path, "{\"destinations\":{\"a\":{\"endpoint\":\"http://a\"}}}");
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://env",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=s3cret",
            ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"] = "delta",
            ["OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"] = "base2_exponential_bucket_histogram",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "2000",
        };
        var (settings, _) = OtlpSettings.FromEnvironment(environment.GetValueOrDefault);
        var (all, _, _) = new DestinationSource(File.Path, environment.GetValueOrDefault, settings).Read([]);

        var (env, named) = (all.Single(d => d.Name == "environment").Settings, all.Single(d => d.Name == "a").Settings);
        Assert.Equal((TemporalityPreference.Delta, HistogramEncoding.Exponential, 1, 2.0), (env.Temporality, env.Histograms, env.Logs!.Headers.Count, env.MetricInterval.TotalSeconds));
        Assert.Equal((TemporalityPreference.Cumulative, HistogramEncoding.Explicit, 0, 2.0), (named.Temporality, named.Histograms, named.Logs!.Headers.Count, named.MetricInterval.TotalSeconds));
    }

    [Fact]
    public void The_switch_of_the_specification_switches_all_off_and_forgets_none()
    {
        System.IO.File.WriteAllText(File.Path, "{\"destinations\":{\"a\":{\"endpoint\":\"http://a\"}}}");
        var (all, faults, areAll) = new DestinationSource(File.Path, name => name == "OTEL_SDK_DISABLED" ? "true" : null, OtlpSettings.None).Read([]);
        Assert.Equal((0, 0, false), (all.Count, faults.Count, areAll));
    }
}
