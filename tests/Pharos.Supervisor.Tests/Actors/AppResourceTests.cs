using Pharos.Core.Identity;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Pharos.Telemetry.Catalogue;
using Xunit;

namespace Pharos.Supervisor.Tests.Actors;

public sealed class AppResourceTests
{
    private static readonly SupervisorOptions Options = new()
    {
        SpoolDirectory = "/spool",
        LogDirectory = "/logs",
        HostId = "id",
        HostName = "host",
        ResourceAttributes = [new("service.criticality", "medium"), new("team", "blue")],
    };

    [Theory]
    [InlineData(null, "medium")]
    [InlineData("", "medium")]
    [InlineData("service.criticality=", "medium")]
    [InlineData("my.service.criticality=high", "medium")]
    [InlineData("service.criticality=critical", "critical")]
    [InlineData("team=red, service.criticality=l%6Fw,x=y", "low")]
    public void The_criticality_is_the_apps_own_word_else_the_daemons(string? declared, string expected)
    {
        var spec = new AppSpec { Name = "web", Script = "/bin/true", Cwd = "/" };
        if (declared is not null)
            spec = spec with { Env = spec.Env.Add("OTEL_RESOURCE_ATTRIBUTES", declared) };
        foreach (var resource in new[] { AppResource.OfApp(spec, Options), AppResource.OfInstance(spec, new InstanceKey("web", 0), Guid.NewGuid(), Options) })
        {
            Assert.Equal([expected], resource.Attributes.Where(a => a.Key == AttributeNames.ServiceCriticality).Select(a => a.Value));
            Assert.Equal("blue", resource["team"]);
        }
    }
}
