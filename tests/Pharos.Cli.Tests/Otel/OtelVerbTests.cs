using System.Text.Json;
using Pharos.Contracts;
using Pharos.Otel;
using Pharos.TestKit;
using Pharos.TestKit.Otlp;
using Xunit;

namespace Pharos.Cli.Tests.Otel;

/// <summary>The verb where no daemon runs, and what it asks one that does.</summary>
public sealed class OtelVerbTests : IDisposable
{
    private readonly Bench _bench = new(("VENDOR_KEY", "s3cret"));

    private string Settings => Path.Combine(_bench.Home.Path, "otel.json");

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("'otel' needs one of set, show, test, off, snippet and preset list; see 'pharos help otel'")]
    [InlineData("'otel frob' is not known: set, show, test, off, snippet or preset list; see 'pharos help otel'", "frob")]
    [InlineData("'otel preset' is not known: set, show, test, off, snippet or preset list; see 'pharos help otel'", "preset")]
    [InlineData("'otel show x' is not known: set, show, test, off, snippet or preset list; see 'pharos help otel'", "show", "x")]
    [InlineData("'otel set' needs a preset or a URL; 'pharos otel preset list' shows the presets", "set")]
    [InlineData("there is no preset 'datadgo', did you mean 'datadog'?; write a URL such as http://collector:4318, or see 'pharos otel preset list'", "set", "datadgo")]
    [InlineData("there is no preset 'nope'; 'pharos otel preset list' shows them", "snippet", "nope")]
    [InlineData("'eu' is not PARAMETER=VALUE; 'pharos otel preset list' shows what each preset wants to know", "set", "newrelic", "eu")]
    [InlineData("--endpoint goes with a preset; a URL is an endpoint already", "set", "http://a", "--endpoint", "http://b")]
    [InlineData("--key, --key-file and --key-env exclude each other", "set", "uptrace", "--key", "x", "--key-env", "Y")]
    [InlineData("the header X-A is given twice", "set", "http://a", "--header", "x-a=1", "--header-env", "X-A=B")]
    [InlineData("option '--header' wants KEY=VALUE, for example rotate.size=20m, not 'x'", "set", "http://a", "--header", "x")]
    [InlineData("option '--temporality' wants cumulative or delta or lowmemory, not 'both'", "set", "http://a", "--temporality", "both")]
    [InlineData("--name goes with 'otel set'; see 'pharos help otel'", "off", "--name", "x")]
    [InlineData("--name: 'environment' is the name of something else; choose another", "set", "http://a", "--name", "environment")]
    [InlineData("otel set: key: Uptrace wants its DSN; give --key-file FILE or --key-env NAME", "set", "uptrace")]
    [InlineData("otel set: preset: 'aws' needs a collector: requests are signed (SigV4), which the collector's sigv4auth extension does; run 'pharos otel snippet aws', then 'pharos otel set collector'", "set", "aws", "region=x")]
    public void A_mistake_is_one_line_and_exit_code_2_and_changes_nothing(string line, params string[] args)
    {
        Assert.Equal((2, "", $"pharos: {line}\n"), (Run(args), _bench.Out, _bench.Err));
        Assert.False(File.Exists(Settings));
    }

    [Fact]
    public void What_is_set_is_shown_with_its_keys_masked_and_stands_in_a_file_for_the_owner_alone()
    {
        File.WriteAllText(Path.Combine(_bench.Cwd, "key"), "s3cret\n");
        Assert.Equal(0, Run("set", "datadog", "site=datadoghq.eu", "--key-file", "key"));
        Assert.Equal(0, Run("set", "http://user-collector:4318/base", "--name", "second", "--header", "x-key=s3cret", "--header-env", "x-other=VENDOR_KEY", "--signals", "logs,traces", "--compression", "none"));
        Assert.Equal(0, Run("show"));
        var shown = _bench.Out[_bench.Out.LastIndexOf("default (", StringComparison.Ordinal)..].Replace(_bench.Cwd, "CWD", StringComparison.Ordinal);
        Golden.Match(shown, "Show");
        Assert.DoesNotContain("s3cret", _bench.Out + _bench.Err, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Settings));
        Assert.DoesNotContain("\"s3cret\"", File.ReadAllText(Settings).Replace("\"value\": \"s3cret\"", "", StringComparison.Ordinal), StringComparison.Ordinal); // what came by reference stays one
        Assert.False(File.Exists(_bench.Home.StartLock), "no daemon is started for it");
    }

    [Fact]
    public void A_dry_run_shows_and_changes_nothing_and_JSON_is_the_views()
    {
        Assert.Equal(0, Run("set", "splunk", "realm=eu0", "--key", "s3cret", "--dry-run", "--json"));
        var view = JsonSerializer.Deserialize(_bench.Out, ContractsJson.Default.OtelView)!;
        var destination = Assert.Single(view.Destinations);
        Assert.Equal(("default", "splunk", null), (destination.Name, destination.Preset, destination.Signals[0].Endpoint));
        Assert.Contains("HEC", destination.Signals[0].NotSent, StringComparison.Ordinal);
        Assert.Equal("https://ingest.eu0.observability.splunkcloud.com/v2/trace/otlp", destination.Signals[2].Endpoint);
        Assert.False(File.Exists(Settings));
    }

    [Fact]
    public void Off_ends_one_or_all_and_says_when_there_is_none()
    {
        Run("set", "http://a", "--name", "a");
        Run("set", "http://b", "--name", "b");
        Assert.Equal(1, Run("off", "c"));
        Assert.Equal(1, Run("off", "environment"));
        Assert.Equal(0, Run("off", "a"));
        Assert.DoesNotContain("http://a", File.ReadAllText(Settings), StringComparison.Ordinal);
        Assert.Contains("http://b", File.ReadAllText(Settings), StringComparison.Ordinal);
        Assert.Equal(0, Run("off"));
        Assert.EndsWith("telemetry goes nowhere; 'pharos otel set PRESET|URL' sends it somewhere, 'pharos otel preset list' shows the presets\n", _bench.Out, StringComparison.Ordinal);
        Assert.Equal("pharos: there is no destination 'c'; 'pharos otel show' lists them\npharos: 'environment' is what the OTEL_* variables of the daemon say: start the daemon without them, or with OTEL_SDK_DISABLED=true\n", _bench.Err);
    }

    [Fact]
    public void A_broken_file_is_one_line_and_is_not_overwritten()
    {
        File.WriteAllText(Settings, "{ \"destinations\": { \"a\": { \"endpoint\": 1 } } }");
        Assert.Equal(1, Run("set", "http://b"));
        Assert.Equal(1, Run("show"));
        Assert.Equal($"pharos: {Settings}:1: destinations.a.endpoint is not what is known there; correct it, or delete the file and use 'pharos otel set'\n", _bench.Err);
        Assert.StartsWith("not in force: ", _bench.Out, StringComparison.Ordinal);
        Assert.Contains("\"endpoint\": 1", File.ReadAllText(Settings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_says_for_each_signal_what_came_of_it_and_fails_when_one_was_not_taken()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        Run("set", receiver.HttpEndpoint.ToString(), "--name", "good");
        Assert.Equal(0, Run("test"));
        Assert.Equal(3, _bench.Out.Split("taken (200)").Length - 1);
        receiver.Default = new OtlpReply.Status(401);
        Assert.Equal(1, Run("test", "good"));
        Assert.Contains("good logs    failed  " + receiver.HttpEndpoint + "v1/logs: the key is missing or wrong (no header is sent)", _bench.Out, StringComparison.Ordinal);
        Assert.Equal(1, Run("test", "other"));
        Assert.Equal("pharos: there is no destination 'other'; 'pharos otel show' lists them\n", _bench.Err);
    }

    [Fact]
    public void A_daemon_that_runs_is_told_and_asked()
    {
        using var server = _bench.Serve("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nPharos-Exit-Code: 1\r\n\r\nok\n");
        Assert.Equal(1, Run("set", "http://a"));
        Assert.Equal("ok\n", _bench.Out);
        Assert.Contains("http://a", File.ReadAllText(Settings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_presets_and_a_snippet_are_as_reviewed()
    {
        Assert.Equal(0, Run("preset", "list"));
        Assert.Equal(0, Run("snippet", "aws", "region=eu-central-1"));
        Assert.Equal(0, Run("snippet", "newrelic", "region=eu"));
        Golden.Match(_bench.Out, "Presets");
    }

    private int Run(params string[] args) => OtelVerb.Run(args, _bench.Shell);
}
