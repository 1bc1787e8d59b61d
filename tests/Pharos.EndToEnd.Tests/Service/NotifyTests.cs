using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Service;

/// <summary>We are the service manager: a datagram socket, and a daemon that runs under it.</summary>
public sealed class NotifyTests : PharosTest
{
    private readonly ConcurrentQueue<string> _told = new();
    private Socket? _socket;

    [Theory, InlineData(false), InlineData(true)]
    public async Task It_tells_when_it_is_ready_how_it_goes_that_it_lives_and_that_it_stops(bool isAbstract)
    {
        Listen(isAbstract);
        Pharos.Environment["WATCHDOG_USEC"] = "400000";
        using var daemon = Pharos.Start(PharosCli.Program, "daemon");
        await Told("READY=1\nSTATUS=0 of 0 instances run\nMAINPID=" + daemon.Id);
        await Told("WATCHDOG=1");
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "app", "--min-uptime", "20ms", "--", "stays-up");
        await Told("STATUS=1 of 1 instances run");
        Assert.Contains("run by systemd", (await Pharos.OkAsync("daemon", "status")).Out);
        var app = await Pharos.RunningAsync("app");
        var environment = Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{app.Pid}/environ"));
        Assert.DoesNotContain("NOTIFY_SOCKET", environment);
        Assert.DoesNotContain("WATCHDOG", environment);

        var pings = _told.Count(t => t == "WATCHDOG=1");
        await Eventually.True(() => _told.Count(t => t == "WATCHDOG=1") >= pings + 5, "it goes on living", details: () => Pharos.Logs);
        Sys.Signal(daemon.Id, Sys.SigTerm);
        await Told("STOPPING=1\nSTATUS=stopping the apps");
        await daemon.WaitForExitAsync();
        Assert.Equal(0, daemon.ExitCode);
        Assert.False(Processes.IsAlive(app.Pid!.Value), "SIGTERM stops the apps");
    }

    [Fact]
    public async Task A_daemon_in_the_background_does_not_speak_for_the_service_that_started_it()
    {
        Listen(isAbstract: false);
        Pharos.Environment["WATCHDOG_USEC"] = "400000";
        await Pharos.OkAsync("list");
        Assert.Contains("service    none", (await Pharos.OkAsync("daemon", "status")).Out);
        Assert.DoesNotContain("NOTIFY_SOCKET", Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{await Pharos.DaemonPidAsync()}/environ")));
        await Pharos.OkAsync("kill");
        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_daemon_that_was_made_room_for_starts_apps_with_the_limits_that_they_would_have_had()
    {
        // Not the fixture: a .NET program raises its own limit.
        var run = await Pharos.RunAsync("/bin/sh", ["-c", $"ulimit -Sn 512; exec '{PharosCli.Program}' start sleep --name app --min-uptime 20ms -- 100000"]);
        Assert.True(run.ExitCode == 0, run.ToString());
        var app = await Pharos.RunningAsync("app");
        Assert.Equal("512", SoftFiles(app.Pid!.Value));
        Assert.NotEqual("512", SoftFiles(await Pharos.DaemonPidAsync()));
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _socket?.Dispose();
    }

    private static string SoftFiles(int pid) =>
        File.ReadAllLines($"/proc/{pid}/limits").Single(l => l.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];

    private Task Told(string message) => Eventually.True(() => _told.Contains(message), $"the service manager is told '{message.ReplaceLineEndings(" ")}'", details: () => $"{string.Join(" | ", _told)}\n{Pharos.Logs}");

    private void Listen(bool isAbstract)
    {
        var name = isAbstract ? "@pharos-" + Path.GetFileName(Pharos.Folder) : Path.Combine(Pharos.Folder, "notify");
        var socket = _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name[1..] : name));
        Pharos.Environment["NOTIFY_SOCKET"] = name;
        _ = Task.Run(async () =>
        {
            var buffer = new byte[4096];
            try
            {
                while (true)
                    _told.Enqueue(Encoding.UTF8.GetString(buffer.AsSpan(0, await socket.ReceiveAsync(buffer))));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        });
    }
}
