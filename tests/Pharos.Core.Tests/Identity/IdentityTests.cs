using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Xunit;

namespace Pharos.Core.Tests.Identity;

public sealed class IdentityTests
{
    [Fact]
    public void The_service_instance_id_is_a_stable_version_5_uuid()
    {
        var id = ServiceInstanceId.For("host", "default", new InstanceKey("web", 0)).ToString();
        Assert.Equal(id, ServiceInstanceId.For("host", "default", new InstanceKey("web", 0)).ToString());
        Assert.Equal('5', id[14]);
        Assert.Contains(id[19], "89ab");
    }

    [Fact]
    public void Each_slot_host_and_overlap_has_an_id_of_its_own()
    {
        var key = new InstanceKey("web", 0);
        Guid[] ids =
        [
            ServiceInstanceId.For("host", "default", key), ServiceInstanceId.For("other", "default", key),
            ServiceInstanceId.For("host", "shop", key), ServiceInstanceId.For("host", "default", new InstanceKey("web", 1)),
            ServiceInstanceId.For("host", "default", key, overlap: true),
        ];
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("web:0", true)]
    [InlineData("a:b:12", true)]
    [InlineData("web", false)]
    [InlineData(":1", false)]
    [InlineData("web:-1", false)]
    [InlineData("web:x", false)]
    public void An_instance_key_reads_what_it_writes(string text, bool valid)
    {
        Assert.Equal(valid, InstanceKey.TryParse(text, out var key));
        if (valid)
            Assert.Equal(text, key.ToString());
    }

    [Theory]
    [InlineData("SIGTERM", 15)]
    [InlineData("term", 15)]
    [InlineData("9", 9)]
    [InlineData("SIGUSR2", 12)]
    public void A_signal_is_read_by_name_or_number(string text, int number)
    {
        Assert.True(SignalNames.TryParse(text, out var parsed));
        Assert.Equal(number, parsed);
    }

    [Theory]
    [InlineData("SIGNOPE")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("")]
    public void What_is_no_signal_is_refused(string text) => Assert.False(SignalNames.TryParse(text, out _));

    [Theory]
    [InlineData("app.js", "node")]
    [InlineData("/x/y.PY", "python3")]
    [InlineData("run.sh", "bash")]
    [InlineData("a.dll", "dotnet")]
    [InlineData("server", null)]
    [InlineData("/opt/v1.2/server", null)]
    public void The_extension_chooses_the_interpreter(string script, string? program) =>
        Assert.Equal(program, Interpreters.For(script).Select(c => c.Program).FirstOrDefault());
}
