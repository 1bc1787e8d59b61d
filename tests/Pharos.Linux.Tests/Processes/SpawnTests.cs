namespace Pharos.Linux.Tests.Processes;

public sealed class SpawnTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void A_child_gets_default_signal_dispositions()
    {
        // .NET itself ignores SIGPIPE: bit 12 of the mask. 32 and 33 belong to glibc, which lets no one change them.
        var status = _box.Output(_box.Program("/bin/cat", ["cat", "/proc/self/status"]));
        Assert.Equal(0UL, Mask(status, "SigIgn") & 0x7FFFFFFF);
        Assert.Equal(0UL, Mask(status, "SigBlk"));
        Assert.NotEqual(0UL, Mask(File.ReadAllText("/proc/self/status"), "SigIgn") & (1 << 12));
    }

    [Fact]
    public void A_child_runs_in_its_own_session_and_process_group()
    {
        var child = _box.Start(_box.Shell("exec cat /proc/self/stat"));
        child.WaitForExit();
        var fields = child.Output.Split(' ');
        Assert.Equal([$"{child.Pid}", $"{Environment.ProcessId}", $"{child.Pid}", $"{child.Pid}"], [fields[0], fields[3], fields[4], fields[5]]);
    }

    [Fact]
    public void A_child_inherits_no_descriptors_but_its_stdio()
    {
        // One that is not close-on-exec, as a library of someone else might open it.
        using var leaky = new Fd(Libc.open("/dev/null", Libc.O_RDONLY, 0));
        var lines = _box.Output(_box.Program("/bin/ls", ["ls", "-l", "/proc/self/fd"]));
        Assert.Contains(" 0 -> /dev/null", lines, StringComparison.Ordinal);
        var numbers = lines.Split('\n').Where(l => l.Contains(" -> ", StringComparison.Ordinal)).Select(l => l.Split(" -> ")[0].Split(' ')[^1]);
        Assert.Equal(["0", "1", "2", "3"], numbers.Order(StringComparer.Ordinal)); // 3 is ls itself, reading the directory
    }

    [Fact]
    public void A_child_gets_its_arguments_directory_environment_and_mark()
    {
        var request = _box.Shell("echo \"$1|$2|$PWD|$WORD|$PHAROS_INSTANCE_ID|$(env | wc -l)\"", "a b", "ü");
        request = request with { Env = new Dictionary<string, string> { ["WORD"] = "x=y", ["PATH"] = "/usr/bin:/bin" } };
        Assert.Equal($"a b|ü|{_box.Dir.Root}|x=y|{request.Marker}|4\n", _box.Output(request)); // and PWD, by the shell
    }

    [Fact]
    public void Output_is_appended_and_belongs_to_its_owner_alone()
    {
        var request = _box.Shell("echo out; echo err >&2");
        File.WriteAllText(request.StdoutPath, "before\n");
        _box.Output(request);
        Assert.Equal("before\nout\n", File.ReadAllText(request.StdoutPath));
        Assert.Equal("err\n", File.ReadAllText(request.StderrPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(request.StderrPath));
    }

    [Fact]
    public void Python_is_told_not_to_buffer()
    {
        var request = _box.Program("/bin/sh", ["sh", "-c", "echo $PYTHONUNBUFFERED"]);
        var python = _box.Dir.At("python3");
        File.CreateSymbolicLink(python, "/bin/sh");
        Assert.Equal("\n", _box.Output(request));
        Assert.Equal("1\n", _box.Output(request with { Executable = python, StdoutPath = _box.Dir.At("p.out") }));
    }

    [Fact]
    public void A_host_can_be_disposed_while_a_child_lives_on()
    {
        var host = new Pharos.Linux.Processes.ProcessHost();
        var request = _box.Shell("echo ready; exec sleep 3600");
        var launched = host.Spawn(request, _ => { });
        host.Dispose();
        var identity = launched.Value!.Identity;
        launched.Value.Dispose();
        var exit = new TaskCompletionSource<Core.Lifecycle.ExitStatus>();
        using var again = _box.Host.Adopt(identity, request.Marker, exit.SetResult);
        Assert.NotNull(again);
        again.KillTree(TimeSpan.FromSeconds(5));
        Eventually.True(() => exit.Task.IsCompleted, () => "its end was not told");
        Assert.Equal(9, exit.Task.Result.Signal);
    }

    private static ulong Mask(string status, string name) =>
        Convert.ToUInt64(status.Split('\n').Single(l => l.StartsWith(name, StringComparison.Ordinal)).Split('\t')[1], 16);
}
