using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Pharos.Stack.Tests;

/// <summary>The compose file: what a container must not be able to do, and health checks that exist in the images.</summary>
public sealed partial class ComposeTests
{
    private static readonly YamlMappingNode File = Yaml.File("docker-compose.observability.yml");
    private static readonly Dictionary<string, string> Pins = System.IO.File.ReadLines(Repository.PathOf(".env"))
        .Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);

    /// <summary>uid of each image, the folder that it owns, and a check that works in it; null: it has neither shell nor flag.</summary>
    private static readonly Dictionary<string, (string User, string Data, string? Check)> Images = new()
    {
        ["otel-collector"] = ("10001:10001", "/queue", null),
        ["prometheus"] = ("65534:65534", "/prometheus", "promtool check ready"),
        ["alertmanager"] = ("65534:65534", "/alertmanager", "wget -q -O /dev/null http://127.0.0.1:9093/-/ready"),
        ["loki"] = ("10001:10001", "/loki", "loki -health"),
        ["tempo"] = ("10001:10001", "/var/tempo", "/tempo --health"),
        ["grafana"] = ("472:0", "/var/lib/grafana", "wget -q -O /dev/null http://127.0.0.1:3000/api/health"),
    };

    private static IEnumerable<(string Name, YamlNode Body)> Services => File.Map("services");

    [Fact]
    public void The_six_servers_are_there_and_one_step_that_prepares() =>
        Assert.Equal(Images.Keys.Append("queue-owner").Order(StringComparer.Ordinal), Services.Select(s => s.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_image_has_a_version_that_is_pinned_in_the_env_file() =>
        Assert.All(Services, service =>
        {
            var image = service.Body.Text("image")!;
            var match = Image().Match(image);
            Assert.True(match.Success, image);
            Assert.Matches(@"^v?[0-9]+\.[0-9]+\.[0-9]+(@sha256:[0-9a-f]{64})?$", Pins[match.Groups["variable"].Value]);
            Assert.Equal(Pins[match.Groups["variable"].Value], match.Groups["version"].Value);
        });

    [Fact]
    public void No_port_is_open_beyond_this_machine() =>
        Assert.All(Services.SelectMany(s => s.Body.Texts("ports")), port => Assert.Matches(@"^127\.0\.0\.1:\$\{PHAROS_STACK_[A-Z_]+_PORT:-[0-9]+\}:[0-9]+$", port));

    [Fact]
    public void Nothing_can_gain_rights_or_write_beside_its_data() =>
        Assert.All(Services, service =>
        {
            Assert.Equal(("true", "ALL", "no-new-privileges:true"), (service.Body.Text("read_only"), Assert.Single(service.Body.Texts("cap_drop")), Assert.Single(service.Body.Texts("security_opt"))));
            Assert.True(service.Body.At("privileged") is null && service.Body.At("pid") is null && service.Body.At("network_mode") is null);
            if (service.Name == "queue-owner")
            {
                Assert.Equal(("0:0", "CHOWN"), (service.Body.Text("user"), Assert.Single(service.Body.Texts("cap_add"))));
                return;
            }

            Assert.Null(service.Body.At("cap_add"));
            Assert.Equal(Images[service.Name].User, service.Body.Text("user"));
            Assert.All(service.Body.Texts("volumes").Where(v => !v.EndsWith(":ro", StringComparison.Ordinal)), v => Assert.Matches($"^[a-z]+:{Images[service.Name].Data}$", v));
        });

    [Fact]
    public void Memory_and_logs_are_bounded_and_what_ends_comes_back() =>
        Assert.All(Services, service =>
        {
            Assert.Matches("^[0-9]+[mg]$", service.Body.Text("mem_limit"));
            Assert.Equal(("10m", "3"), (service.Body.Text("logging", "options", "max-size"), service.Body.Text("logging", "options", "max-file")));
            Assert.Equal(service.Name == "queue-owner" ? "no" : "unless-stopped", service.Body.Text("restart"));
            if (service.Body.Text("environment", "GOMEMLIMIT") is { } soft)
                Assert.InRange((double)int.Parse(soft.Replace("MiB", "")) / MiB(service.Body.Text("mem_limit")!), 0.75, 0.85);
            else
                Assert.Contains(service.Name, (string[])["queue-owner", "grafana"]);
        });

    [Fact]
    public void Every_health_check_exists_in_its_image_and_nobody_waits_for_one_that_is_not_there()
    {
        foreach (var (name, body) in Services.Where(s => s.Name != "queue-owner"))
        {
            Assert.Equal(Images[name].Check, body.At("healthcheck") is null ? null : string.Join(' ', body.Texts("healthcheck", "test").Skip(1)));
            Assert.All(body.Map("depends_on"), d => Assert.Equal(d.Key == "queue-owner" ? "service_completed_successfully" : "service_healthy", d.Value.Text("condition")));
            Assert.DoesNotContain(body.Map("depends_on"), d => Images.TryGetValue(d.Key, out var image) && image.Check is null);
        }
    }

    [Fact]
    public void Data_is_in_named_volumes_that_are_declared()
    {
        var named = Services.SelectMany(s => s.Body.Texts("volumes")).Where(v => !v.StartsWith('.')).Select(v => v.Split(':')[0]).Distinct();
        Assert.Equal(File.Map("volumes").Select(v => v.Key).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_mounted_file_of_the_repository_is_there() =>
        Assert.All(Services.SelectMany(s => s.Body.Texts("volumes")).Where(v => v.StartsWith("./otel-collector", StringComparison.Ordinal)), volume =>
        {
            Assert.EndsWith(":ro", volume, StringComparison.Ordinal);
            Assert.True(Path.Exists(Repository.PathOf(volume.Split(':')[0][2..])), volume);
        });

    [Fact]
    public void The_password_is_made_by_nobody_but_the_user_and_nobody_comes_in_without_it()
    {
        var grafana = File.At("services", "grafana")!;
        Assert.Equal("${PHAROS_STACK_SECRETS:-./.stack}/grafana.env", Assert.Single(grafana.Texts("env_file")));
        Assert.Equal("false", grafana.Text("environment", "GF_AUTH_ANONYMOUS_ENABLED"));
        Assert.DoesNotContain(grafana.Map("environment"), e => e.Key.Contains("PASSWORD", StringComparison.Ordinal));
        Assert.Contains(".stack/", System.IO.File.ReadLines(Repository.PathOf(".gitignore")));
    }

    [Fact]
    public void What_is_stored_has_an_end_and_nothing_reports_home()
    {
        Assert.Contains("--storage.tsdb.retention.time=15d", File.At("services", "prometheus")!.Texts("command"));
        Assert.Contains(File.At("services", "prometheus")!.Texts("command"), c => c.StartsWith("--storage.tsdb.retention.size=", StringComparison.Ordinal));
        var loki = Yaml.File("otel-collector", "loki", "loki.yaml");
        Assert.Equal(("true", "15d", "false"), (loki.Text("compactor", "retention_enabled"), loki.Text("limits_config", "retention_period"), loki.Text("analytics", "reporting_enabled")));
        var tempo = Yaml.File("otel-collector", "tempo", "tempo.yaml");
        Assert.Equal(("168h", "168h", "false"), (tempo.Text("backend_worker", "compaction", "block_retention"), tempo.Text("backend_scheduler", "provider", "compaction", "compaction", "block_retention"), tempo.Text("usage_report", "reporting_enabled")));
        Assert.Equal("false", File.At("services", "grafana")!.Text("environment", "GF_ANALYTICS_REPORTING_ENABLED"));
    }

    [Fact]
    public void Variables_that_podman_compose_would_not_understand_are_not_used() =>
        Assert.DoesNotMatch(@"\$\{[A-Z_]+(:-|-)\}|\$\{[A-Z_]+:?\+", System.IO.File.ReadAllText(Repository.PathOf("docker-compose.observability.yml")));

    [GeneratedRegex(@"^docker\.io/[a-z/-]+:\$\{(?<variable>[A-Z]+_VERSION):-(?<version>[^}]+)\}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Image();

    private static int MiB(string limit) => int.Parse(limit[..^1]) * (limit[^1] == 'g' ? 1024 : 1);
}
