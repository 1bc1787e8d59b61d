using System.Net.Sockets;
using System.Text;
using Pharos.Daemon.Service;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Cli.Tests.Startup;

public sealed class ServiceManagerTests : IDisposable
{
    private readonly TempHome _home = new();

    [Theory, InlineData(false), InlineData(true)]
    public void It_is_told_over_a_socket_with_a_path_or_with_an_abstract_name(bool isAbstract)
    {
        var name = isAbstract ? $"@pharos-test-{Guid.NewGuid():N}" : _home.Path + "/notify";
        using var listener = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        listener.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name[1..] : name));
        using var manager = Manager(("NOTIFY_SOCKET", name), ("WATCHDOG_USEC", "3000000"), ("WATCHDOG_PID", "7"));
        manager.Ready("all is well");
        manager.Status("better");
        manager.Alive();
        manager.Stopping("bye");
        Assert.Equal(
            [$"READY=1\nSTATUS=all is well\nMAINPID={Environment.ProcessId}", "STATUS=better", "WATCHDOG=1", "STOPPING=1\nSTATUS=bye"],
            Enumerable.Range(0, 4).Select(_ => Receive(listener)));
        Assert.Equal(("systemd", TimeSpan.FromSeconds(3)), (manager.Name, manager.Watchdog));
    }

    [Fact]
    public void A_watchdog_for_another_process_or_without_a_socket_is_not_ours()
    {
        Assert.Null(Manager(("NOTIFY_SOCKET", "@x"), ("WATCHDOG_USEC", "3000000"), ("WATCHDOG_PID", "8")).Watchdog);
        Assert.Null(Manager(("WATCHDOG_USEC", "3000000")).Watchdog);
        Assert.Null(Manager(("NOTIFY_SOCKET", "@x"), ("WATCHDOG_USEC", "soon")).Watchdog);
    }

    [Theory, InlineData("relative"), InlineData("@"), InlineData("vsock:2:1"), InlineData("/nowhere/at/all")]
    public void Where_nobody_listens_nothing_happens(string address)
    {
        using var manager = Manager(("NOTIFY_SOCKET", address));
        manager.Ready("x");
        manager.Alive();
    }

    public void Dispose() => _home.Dispose();

    private static ServiceManager Manager(params (string Name, string Value)[] variables) =>
        ServiceManager.From(name => variables.FirstOrDefault(v => v.Name == name).Value, pid: 7);

    private static string Receive(Socket listener)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer.AsSpan(0, listener.Receive(buffer)));
    }
}
