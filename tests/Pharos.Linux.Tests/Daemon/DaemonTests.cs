using System.Net.Sockets;
using System.Text;
using Pharos.Linux.Daemon;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Tests.Daemon;

public sealed class DaemonTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void A_lock_excludes_until_it_is_let_go()
    {
        var path = _box.Dir.At("lock");
        using (var held = FileLock.TryTake(path))
        {
            Assert.NotNull(held);
            Assert.Null(FileLock.TryTake(path));
            Assert.Null(FileLock.Take(path, TimeSpan.FromMilliseconds(20)));
            var waiting = Task.Run(() => FileLock.Take(path, TimeSpan.FromSeconds(20)));
            held.Dispose();
            using var taken = waiting.Result;
            Assert.NotNull(taken);
        }

        using var again = FileLock.TryTake(path);
        Assert.NotNull(again);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_child_does_not_hold_its_parents_lock()
    {
        var path = _box.Dir.At("lock");
        var held = FileLock.TryTake(path)!;
        _box.Start(_box.Shell("echo ready; exec sleep 3600")).WaitForLine("ready");
        held.Dispose();
        using var again = FileLock.TryTake(path);
        Assert.NotNull(again);
    }

    [Fact]
    public void A_peer_is_known()
    {
        var path = _box.Dir.At("sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        using var accepted = listener.Accept();
        Assert.Equal(new PeerCredentials(Environment.ProcessId, SelfIdentity.Uid, SelfIdentity.Gid), PeerCredentials.Of(accepted.SafeHandle));
    }

    [Fact]
    public void A_detached_daemon_has_a_session_a_log_and_a_way_to_say_ready()
    {
        var env = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["PHAROS_INSTANCE_ID"] = "ours" };
        var log = _box.Dir.At("daemon.log");
        var pid = DetachedDaemon.Start(
            "/bin/sh",
            ["-c", "echo \"mark [$PHAROS_INSTANCE_ID] $1\"; pwd; cat /proc/$$/stat >&2; ls /proc/$$/fd; echo ready >&3; exec 3>&-; read x <&0; exit 0", "sh", "argument"],
            env,
            log,
            out var ready);
        using var reader = new FileStream(ready, FileAccess.Read, 1);
        using var text = new StreamReader(reader, Encoding.UTF8);
        Assert.Equal("ready\n", text.ReadToEnd());
        var lines = File.ReadAllText(log).Split('\n');
        Assert.Equal(["mark [] argument", "/"], lines[..2]);
        Assert.Equal([$"{pid}", $"{pid}"], lines[2].Split(' ')[4..6]);
        Assert.Equal(["0", "1", "2", "3", ""], lines[3..]); // without a pipe: the shell would hold its end of it for a moment
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log));
        Spawner.Abandon(pid);
    }

    [Fact]
    public void A_daemon_that_cannot_be_started_says_why()
    {
        var failed = Assert.Throws<LinuxException>(() => DetachedDaemon.Start("/no/such/daemon", [], new Dictionary<string, string>(), _box.Dir.At("log"), out _));
        Assert.Contains("no such file: /no/such/daemon", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_runtime_directory_of_somebody_else_or_open_to_others_is_refused()
    {
        var mine = _box.Dir.At("mine");
        Assert.True(RuntimeDir.TryOwn(mine, SelfIdentity.Uid));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(mine));
        Assert.True(RuntimeDir.TryOwn(mine, SelfIdentity.Uid));
        Assert.False(RuntimeDir.TryOwn(mine, SelfIdentity.Uid + 1));
        File.CreateSymbolicLink(_box.Dir.At("link"), mine);
        Assert.False(RuntimeDir.TryOwn(_box.Dir.At("link"), SelfIdentity.Uid));
        File.SetUnixFileMode(mine, (UnixFileMode)0x1FF);
        Assert.False(RuntimeDir.TryOwn(mine, SelfIdentity.Uid));
        Assert.False(RuntimeDir.TryOwn(_box.Dir.At("no/parent"), SelfIdentity.Uid));
    }

    [Fact]
    public void A_runtime_directory_lies_on_tmpfs()
    {
        Assert.NotEqual(_box.Dir.At("pharos"), RuntimeDir.Pick(_box.Dir.Root, SelfIdentity.Uid)); // the test's own directory is on disk, or taken first below
        if (RuntimeDir.Pick() is { } picked)
            Assert.Contains(new DriveInfo(picked).DriveFormat, new[] { "tmpfs" });
    }

    /// <summary>What it mounts is tried end to end (SpoolMountTests there): here is what it must leave alone.</summary>
    [Fact]
    public void A_runtime_directory_that_somebody_chose_is_kept_and_no_foreign_folder_is_unmounted()
    {
        Assert.Null(SpoolMount.Make("spool-test", _box.Dir.Root, SelfIdentity.Uid));
        File.WriteAllText(_box.Dir.At("file"), "kept");
        SpoolMount.Remove(_box.Dir.Root);
        SpoolMount.Remove("/dev/shm");
        SpoolMount.Remove("/proc");
        SpoolMount.Remove($"/run/pharos-{SelfIdentity.Uid}/no-such-folder");
        Assert.Equal("kept", File.ReadAllText(_box.Dir.At("file")));
        Assert.True(Directory.Exists("/proc/self"));
    }

    [Fact]
    public void The_clock_of_proc_is_put_on_the_wall()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var ticks = long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]);
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        Assert.InRange((BootInfo.WallTime(ticks) - self.StartTime).Duration().TotalSeconds, 0, 2);
        Assert.InRange(BootInfo.NowTicks - ticks, 0, 100 * 3600 * 24);
        Assert.True(Guid.TryParse(BootInfo.BootId, out _));
        Assert.NotEmpty(BootInfo.HostId);
        Assert.Equal(Environment.MachineName, BootInfo.HostName);
    }
}
