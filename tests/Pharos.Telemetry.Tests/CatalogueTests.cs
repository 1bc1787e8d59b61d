using System.Reflection;
using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;
using Xunit;

namespace Pharos.Telemetry.Tests;

public sealed class CatalogueTests
{
    private static readonly MetricDefinition[] All = [.. InstanceMetrics.All, .. SupervisorMetrics.All];

    [Fact]
    public void The_lists_hold_every_metric_that_is_declared()
    {
        Assert.Equal(Declared<MetricDefinition>(typeof(InstanceMetrics)), InstanceMetrics.All.ToHashSet());
        Assert.Equal(Declared<MetricDefinition>(typeof(SupervisorMetrics)), SupervisorMetrics.All.ToHashSet());
    }

    [Fact]
    public void Names_are_unique_and_lower_case_words_between_dots()
    {
        Assert.Equal(All.Length, All.DistinctBy(m => m.Name).Count());
        Assert.All(All, m => Assert.Matches("^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)+$", m.Name));
        Assert.All(All, m => Assert.DoesNotContain("total", m.Name));
    }

    [Fact]
    public void A_metric_has_at_most_two_attributes_and_all_of_them_are_known()
    {
        var known = Declared<string>(typeof(AttributeNames));

        Assert.All(All, m => Assert.InRange(m.Attributes.Length, 0, 2));
        Assert.All(All.SelectMany(m => m.Attributes), a => Assert.Contains(a, known));
    }

    [Fact]
    public void No_metric_has_a_pid_or_a_command_line() => Assert.DoesNotContain(
        All.SelectMany(m => m.Attributes), a => a is AttributeNames.ProcessPid or AttributeNames.ProcessCreationTime or AttributeNames.ProcessExecutablePath);

    [Fact]
    public void Histograms_and_only_they_have_ascending_bounds()
    {
        Assert.All(All, m => Assert.Equal(m.Kind == MetricKind.Histogram, m.Bounds.Length > 0));
        Assert.All(All, m => Assert.Equal(m.Bounds.Order().Distinct(), m.Bounds));
    }

    [Fact]
    public void Only_counters_of_the_kernel_are_observed() =>
        Assert.Equal(InstanceMetrics.All.Where(m => m.Kind == MetricKind.Counter && m.Name.StartsWith("process.", StringComparison.Ordinal)), All.Where(m => m.IsObserved));

    [Fact]
    public void Every_span_and_every_event_is_described()
    {
        Assert.Equal(Declared<string>(typeof(SpanNames)), Descriptions.Spans.Select(s => s.Name).ToHashSet());
        Assert.Equal(Declared<string>(typeof(EventNames)), EventNames.All.Select(e => e.Name).ToHashSet());
    }

    [Fact]
    public void Words_of_closed_sets_are_unique_and_snake_case()
    {
        string[][] sets =
        [
            [.. Words.ExitReasons.Select(Words.Of)],
            [.. Words.RestartReasons.Select(Words.Of)],
            [.. Words.Phases.Select(Words.Of)],
            [.. Enum.GetValues<Readiness>().Select(Words.Of)],
            [.. Enum.GetValues<FailureReason>().Select(Words.Of)],
            [.. Enum.GetValues<RunTrigger>().Select(Words.Of)],
            [.. Words.RunOutcomes.Select(Words.Of)],
        ];
        Assert.All(sets, s => Assert.Equal(s.Length, s.Distinct().Count()));
        Assert.All(sets.SelectMany(s => s), w => Assert.Matches("^[a-z]+(_[a-z]+)*$", w));
    }

    [Theory]
    [InlineData(0, "unspecified")]
    [InlineData(1, "trace")]
    [InlineData(4, "trace")]
    [InlineData(8, "debug")]
    [InlineData(9, "info")]
    [InlineData(16, "warn")]
    [InlineData(17, "error")]
    [InlineData(24, "fatal")]
    public void Severities_fall_into_bands(int number, string band) => Assert.Equal(band, Severity.Band(number));

    [Fact]
    public void A_resource_finds_its_attributes()
    {
        var resource = new TelemetryResource((AttributeNames.ServiceName, "web"), (AttributeNames.InstanceIndex, 2L));

        Assert.Equal(("web", "2", null), (resource[AttributeNames.ServiceName], resource[AttributeNames.InstanceIndex], resource["missing"]));
    }

    [Fact]
    public void The_scope_carries_the_version_of_the_build() =>
        Assert.Equal(("pharos", PharosActivity.Version), (PharosActivity.Source.Name, PharosActivity.Source.Version));

    private static HashSet<T> Declared<T>(Type type) =>
        [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.FieldType == typeof(T) && f.Name != nameof(SupervisorMetrics.MeterName)).Select(f => (T)f.GetValue(null)!)];
}
