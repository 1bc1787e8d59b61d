namespace Pharos.Stack.Tests;

public sealed class AlertmanagerTests
{
    private static readonly string Config = Repository.PathOf("otel-collector", "alertmanager", "alertmanager.yml");

    [Fact]
    public async Task Alertmanager_takes_it() => Assert.Contains("4 receivers", await Tool.OkAsync("amtool", ["check-config", Config]), StringComparison.Ordinal);

    [Theory]
    [InlineData("page", "alertname=RestartStorm", "severity=critical", "level=app")]
    [InlineData("page", "alertname=SupervisorAbsent", "severity=critical", "level=host")]
    [InlineData("page", "alertname=InstanceCrashLooping", "severity=critical", "service_criticality=critical")]
    [InlineData("notify", "alertname=InstanceCrashLooping", "severity=warning")]
    [InlineData("notify", "alertname=SomethingOfYours")]
    [InlineData("digest", "alertname=StartSlow", "severity=info")]
    [InlineData("watchdog", "alertname=Watchdog", "severity=none")]
    public async Task An_alert_goes_where_its_severity_says(string receiver, params string[] labels) =>
        Assert.Equal(receiver, (await Tool.OkAsync("amtool", ["config", "routes", "test", "--config.file", Config, .. labels])).Trim());

    [Fact]
    public void Every_alert_and_label_that_an_inhibition_names_exists()
    {
        var alerts = Rule.Alerts.Select(r => r.Alert!).ToHashSet(StringComparer.Ordinal);
        var file = Yaml.File("otel-collector", "alertmanager", "alertmanager.yml");
        var rules = file.List("inhibit_rules");
        Assert.NotEmpty(rules);
        foreach (var rule in rules)
        {
            var matchers = rule.Texts("source_matchers").Concat(rule.Texts("target_matchers")).ToList();
            Assert.Equal(2, matchers.Count);
            foreach (var matcher in matchers)
            {
                var (label, values) = (matcher.Split('=')[0], matcher.Split('"')[1].Split('|'));
                Assert.Empty(label == "alertname" ? values.Where(v => !alerts.Contains(v)) : values.Except(["instance", "app"]));
            }

            Assert.Empty(rule.Texts("equal").Except(["host_name", "service_namespace", "service_name", "service_instance_id"]));
        }
    }

    [Fact]
    public void What_pages_in_a_storm_is_the_storm()
    {
        string[] lifecycle = ["InstanceCrashLooping", "InstanceRestartsOften", "InstanceErrored", "InstanceUnready", "AppDown", "AppBelowDesired"];
        foreach (var storm in new[] { "RestartStorm", "RestartStormFleet" })
        {
            var targets = Yaml.File("otel-collector", "alertmanager", "alertmanager.yml").List("inhibit_rules")
                .Where(r => r.Texts("source_matchers").Contains($"alertname=\"{storm}\"")).SelectMany(r => r.Texts("target_matchers")).SelectMany(m => m.Split('"')[1].Split('|'));
            Assert.Empty(lifecycle.Except(targets));
        }
    }

    [Fact]
    public void Every_receiver_has_the_place_where_the_webhook_of_pharos_stack_goes() =>
        Assert.Equal(
            Yaml.File("otel-collector", "alertmanager", "alertmanager.yml").List("receivers").Count,
            File.ReadLines(Config).Count(l => l.Trim() == "webhook_configs: [] # PHAROS_STACK_WEBHOOK"));
}
