using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Tests.Processes;

/// <summary>What a child has and the daemon has not: each test looks at both.</summary>
public sealed class PrivateAttributeTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void The_umask_is_the_childs_alone()
    {
        var before = Field(File.ReadAllText("/proc/self/status"), "Umask");
        Assert.NotEqual("0031", before); // a mask that no other test sets
        Assert.Equal("0031\n", _box.Output(_box.Shell("umask") with { Umask = 0x19 }));
        Assert.Equal(before, Field(File.ReadAllText("/proc/self/status"), "Umask"));
    }

    [Fact]
    public void The_nice_value_is_the_childs_alone_and_its_sessions_too()
    {
        var own = int.Parse(_box.Output(_box.Shell("nice")));
        var nice = Math.Min(own + 4, 19);
        var lines = _box.Output(_box.Shell("nice; sleep 0.2; cat /proc/$$/autogroup 2>/dev/null") with { Nice = nice }).Split('\n');
        Assert.Equal($"{nice}", lines[0]);
        if (File.Exists("/proc/self/autogroup"))
            Assert.EndsWith($"nice {nice}", lines[1], StringComparison.Ordinal);
        Assert.Equal($"{own}\n", _box.Output(_box.Shell("nice")));
    }

    [Fact]
    public void Limits_are_set_before_the_program_runs_and_not_on_the_daemon()
    {
        var before = File.ReadAllText("/proc/self/limits");
        var limits = _box.Output(_box.Program("/bin/cat", ["cat", "/proc/self/limits"]) with
        {
            Limits = [new ResourceLimit("nofile", 100, 200), new ResourceLimit("core", 0, 0), new ResourceLimit("cpu", 3600, ulong.MaxValue)],
        });
        Assert.Matches(@"Max open files\s+100\s+200\s", limits);
        Assert.Matches(@"Max core file size\s+0\s+0\s", limits);
        Assert.Matches(@"Max cpu time\s+3600\s+unlimited\s", limits);
        Assert.Equal(before, File.ReadAllText("/proc/self/limits"));
    }

    [Fact]
    public void The_lowest_limit_of_files_that_a_program_can_run_with_is_no_hindrance() =>
        Assert.Equal("up\n", _box.Output(_box.Shell("echo up") with { Limits = [new ResourceLimit("nofile", 4, 4)] }));

    [Fact]
    public void User_group_and_supplementary_groups_are_the_childs_alone()
    {
        var request = _box.Shell("id -u; id -g; id -G; echo $HOME $USER $LOGNAME; grep CapEff /proc/self/status; echo again >/dev/stderr; umask; nice") with
        {
            User = "nobody",
            Umask = 0x3F,
            Nice = 5,
            Limits = [new ResourceLimit("nofile", 50, 50)],
        };
        if (!SelfIdentity.IsRoot)
        {
            var refused = _box.Host.Spawn(request with { User = "root" }, _ => { }).Refused;
            Assert.Contains("needs root", refused!.Message, StringComparison.Ordinal);
            return;
        }

        AllowTraversal();
        var lines = _box.Output(request).Split('\n');
        Assert.Equal(["65534", "65534", "65534", "/nonexistent nobody nobody", "CapEff:\t0000000000000000"], lines[..5]);
        Assert.Equal(["0077", "5"], lines[5..7]);
        Assert.Equal("again\n", File.ReadAllText(request.StderrPath));
        Assert.Equal("0", Field(File.ReadAllText("/proc/self/status"), "Uid").Split('\t')[1]);
        Assert.Equal("0", Field(File.ReadAllText($"/proc/self/task/{Environment.ProcessId}/status"), "Uid").Split('\t')[0]);
    }

    [Fact]
    public void A_group_alone_changes_the_group_alone()
    {
        if (!SelfIdentity.IsRoot)
            return;
        AllowTraversal();
        Assert.Equal("0\n65534\n", _box.Output(_box.Shell("id -u; id -g") with { Group = "nogroup" }));
        Assert.Equal("4242\n4343\n", _box.Output(_box.Shell("id -u; id -g") with { User = "4242", Group = "4343" }));
    }

    [Theory]
    [InlineData("no-such-user", null, "no such user: no-such-user")]
    [InlineData(null, "no-such-group", "no such group: no-such-group")]
    [InlineData("424242", null, "set 'group' too")]
    [InlineData("4294967295", "4343", "no such user: 4294967295")]
    [InlineData(null, "4294967295", "no such group: 4294967295")]
    public void Who_does_not_exist_is_refused_by_name(string? user, string? group, string expected)
    {
        var refused = _box.Host.Spawn(_box.Shell("true") with { User = user, Group = group }, _ => { }).Refused;
        Assert.Contains(expected, refused!.Message, StringComparison.Ordinal);
        Assert.False(refused.Transient);
    }

    [Fact]
    public void Limits_that_cannot_be_are_refused()
    {
        Assert.Contains("unknown limit: files", Refusal(new ResourceLimit("files", 1, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("soft 2 is above hard 1", Refusal(new ResourceLimit("nofile", 2, 1)).Message, StringComparison.Ordinal);

        // The kernel has a ceiling of its own (fs.nr_open): by then the child exists, and must not stay.
        var beyond = Refusal(new ResourceLimit("nofile", ulong.MaxValue, ulong.MaxValue));
        Assert.Contains("nofile", beyond.Message, StringComparison.Ordinal);
        var children = File.ReadAllText($"/proc/self/task/{Environment.ProcessId}/children");
        Assert.DoesNotContain(children.Split(' ', StringSplitOptions.RemoveEmptyEntries), pid => File.Exists($"/proc/{pid}/environ") && File.ReadAllText($"/proc/{pid}/cmdline").Contains("refused-one", StringComparison.Ordinal));
    }

    private LaunchRefused Refusal(ResourceLimit limit) =>
        _box.Host.Spawn(_box.Shell("sleep 3600", "refused-one") with { Limits = [limit] }, _ => { }).Refused!;

    private void AllowTraversal() => File.SetUnixFileMode(_box.Dir.Root, File.GetUnixFileMode(_box.Dir.Root) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);

    private static string Field(string status, string name) =>
        status.Split('\n').Single(l => l.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();
}
