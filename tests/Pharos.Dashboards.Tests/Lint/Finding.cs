namespace Pharos.Dashboards.Tests.Lint;

/// <summary>Something that a rule does not like.</summary>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Dashboard">Title.</param>
/// <param name="Panel">Title; empty: the dashboard itself.</param>
/// <param name="Target">Index of the target; empty: the panel itself.</param>
/// <param name="Message">What is wrong.</param>
public sealed record Finding(string Rule, string Dashboard, string Panel, string Target, string Message)
{
    public override string ToString() => $"{Rule}: {Dashboard} / {Panel} [{Target}]: {Message}";
}
