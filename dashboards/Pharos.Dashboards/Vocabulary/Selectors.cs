using Pharos.Exporters.Prometheus;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Dashboards.Vocabulary;

/// <summary>Which series of a metric: matchers as text, <c>job=~"$job",…</c>.</summary>
/// <param name="Text">Without braces.</param>
public sealed record Scope(string Text)
{
    private static readonly string Place = $"{Labels.Environment}=~\"$environment\",{Labels.Host}=~\"$host\",{Labels.Namespace}=~\"$namespace\",{Labels.App}=~\"$app\"";

    /// <summary>Everything.</summary>
    public static readonly Scope Everywhere = new("");

    /// <summary>Series of apps: they have no instance.</summary>
    public static readonly Scope Apps = new($"{Labels.Job}=~\"$job\",{Place}");

    /// <summary>Series of instances.</summary>
    public static readonly Scope Instances = new($"{Labels.Job}=~\"$job\",{Labels.Instance}=~\"$instance\",{Place}");

    /// <summary>Series of the slots that were chosen by number.</summary>
    public static readonly Scope Slots = new($"{Instances.Text},{Labels.Index}=~\"$index\"");

    /// <summary>Series of supervisors.</summary>
    public static readonly Scope Supervisors = new($"{Labels.Job}=~\"$job\",{Labels.Instance}=~\"$instance\",{Labels.Host}=~\"$host\"");

    /// <summary>Series of supervisors on pages about apps.</summary>
    public static readonly Scope SupervisorsOfHosts = new($"{Labels.Host}=~\"$host\"");

    /// <summary>Apps in Loki: <c>service_name</c> and the like are index labels there.</summary>
    public static readonly Scope LoggedApps = new(Place);

    /// <summary>Further matchers: <c>("cpu_mode", "=", "user")</c>.</summary>
    public Scope With(string label, string matching, string value) => new($"{(Text.Length == 0 ? "" : Text + ",")}{label}{matching}\"{value}\"");
}

/// <summary>PromQL selectors from the catalogue: a name that is not there does not compile.</summary>
public static class Selectors
{
    extension(MetricDefinition metric)
    {
        /// <summary>Name and matchers.</summary>
        public string In(Scope scope) => Select(NameTranslator.Metric(metric), scope);

        /// <summary>Name and matchers, one label more.</summary>
        public string In(Scope scope, string label, string matching, string value) => Select(NameTranslator.Metric(metric), scope.With(label, matching, value));

        /// <summary>Buckets of a histogram.</summary>
        public string Buckets(Scope scope) => Select(NameTranslator.Metric(metric) + "_bucket", scope);

        /// <summary>Number of values of a histogram.</summary>
        public string Count(Scope scope) => Select(NameTranslator.Metric(metric) + "_count", scope);

        /// <summary>Sum of the values of a histogram.</summary>
        public string Sum(Scope scope) => Select(NameTranslator.Metric(metric) + "_sum", scope);

        /// <summary>The values below which a share of a histogram's values is.</summary>
        /// <param name="share">0.95 and the like.</param>
        /// <param name="scope">Which series.</param>
        /// <param name="by">Labels that stay.</param>
        public string Quantile(double share, Scope scope, params string[] by) =>
            $"histogram_quantile({share}, sum by (le{string.Concat(by.Select(b => ", " + b))}) (rate({metric.Buckets(scope)}[$__rate_interval])))";
    }

    public static string Rate(string selector) => $"rate({selector}[$__rate_interval])";

    public static string Increase(string selector, string window = "$__rate_interval") => $"increase({selector}[{window}])";

    internal static string Select(string name, Scope scope) => scope.Text.Length == 0 ? name : $"{name}{{{scope.Text}}}";
}
