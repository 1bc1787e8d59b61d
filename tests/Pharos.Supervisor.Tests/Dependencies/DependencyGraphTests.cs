using Pharos.Core.Specs;
using Pharos.Supervisor.Dependencies;
using Xunit;

namespace Pharos.Supervisor.Tests.Dependencies;

public sealed class DependencyGraphTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a>b b", "b|a")]
    [InlineData("web>api,cache api>db cache db", "cache,db|api|web")]
    [InlineData("a>b b>a c", "c|a,b")] // a circle comes last
    [InlineData("a>gone", "a")]
    public void Steps_go_from_what_needs_nothing_to_what_needs_most(string apps, string steps) =>
        Assert.Equal(steps, string.Join('|', DependencyGraph.Steps(Specs(apps).Values).Select(s => string.Join(',', s))));

    [Theory]
    [InlineData("a>b b", "a", null)]
    [InlineData("a>b", "a", "depends_on 'b': there is no such app")]
    [InlineData("a>b b>c c>a", "a", "depends_on goes in a circle: a → b → c → a")]
    [InlineData("a>b b>c c>b", "a", null)] // the circle is not a's
    [InlineData("a>b,c b>d c>d d", "a", null)]
    public void A_name_that_is_not_there_and_a_circle_are_faults(string apps, string of, string? fault)
    {
        var specs = Specs(apps);
        var found = DependencyGraph.FaultOf(specs[of], specs);
        if (fault is null)
            Assert.Null(found);
        else
            Assert.StartsWith(fault, found, StringComparison.Ordinal);
    }

    private static Dictionary<string, AppSpec> Specs(string apps) => apps.Split(' ').Select(app => app.Split('>')).ToDictionary(
        parts => parts[0],
        parts => World.Spec(parts[0]) with { DependsOn = [.. (parts.Length > 1 ? parts[1].Split(',') : []).Select(d => new Dependency(d))] });
}
