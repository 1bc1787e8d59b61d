using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;
using Pharos.Linux.Notify;

namespace Pharos.Linux.Tests.Notify;

public sealed class NotifySocketsTests : IDisposable
{
    private readonly TempDir _dir = new();
    private readonly ConcurrentQueue<string> _said = new();

    [Fact]
    public void What_is_sent_is_heard_in_order_and_the_socket_is_the_owners_alone()
    {
        using var sockets = new NotifySockets(_dir.At("notify"));
        using var socket = Open(sockets, "web-0");
        Assert.Equal(_dir.At("notify/web-0"), socket.Address);
        Send(socket.Address, "READY=1");
        Send(socket.Address, "STATUS=é\nWATCHDOG=1");
        Eventually.True(() => _said.Count == 2, () => "both are heard");
        Assert.Equal(["READY=1", "STATUS=é\nWATCHDOG=1"], _said);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_dir.At("notify")));
    }

    [Fact]
    public void A_new_daemon_takes_the_same_address_and_the_app_goes_on_with_it()
    {
        string address;
        using (var before = new NotifySockets(_dir.At("notify")))
        {
            address = Open(before, "web-0").Address; // not closed: that daemon was killed
        }

        using var after = new NotifySockets(_dir.At("notify"));
        using var socket = Open(after, "web-0");
        Assert.Equal(address, socket.Address);
        Send(address, "READY=1");
        Eventually.True(() => !_said.IsEmpty, () => "it is heard");
    }

    [Fact]
    public void A_closed_socket_is_gone()
    {
        using var sockets = new NotifySockets(_dir.At("notify"));
        var socket = Open(sockets, "web-0");
        socket.Dispose();
        socket.Dispose();
        Assert.False(File.Exists(socket.Address));
        Assert.Throws<SocketException>(() => Send(socket.Address, "READY=1"));
    }

    [Fact]
    public void A_path_that_is_too_long_for_a_socket_gives_way_to_an_abstract_name()
    {
        using var sockets = new NotifySockets(_dir.At(new string('x', 100)));
        var name = $"test-{Guid.NewGuid():N}";
        using var socket = Open(sockets, name);
        Assert.Equal($"@pharos-{name}", socket.Address);
        Send(socket.Address, "READY=1");
        Eventually.True(() => !_said.IsEmpty, () => "it is heard");
    }

    [Fact]
    public void An_app_of_another_user_has_an_abstract_socket_and_a_stranger_is_not_heard()
    {
        if (!SelfIdentity.IsRoot)
        {
            Assert.Null(((INotifySockets)new NotifySockets(_dir.At("notify"))).Open("x", "nobody", _said.Enqueue, out var refused));
            Assert.Contains("needs root", refused, StringComparison.Ordinal);
            return;
        }

        using var sockets = new NotifySockets(_dir.At("notify"));
        using var socket = Open(sockets, $"test-{Guid.NewGuid():N}", user: "nobody");
        Assert.StartsWith("@pharos-test-", socket.Address, StringComparison.Ordinal);
        SendAs(12345, socket.Address, "STATUS=stranger");
        SendAs(65534, socket.Address, "STATUS=nobody");
        Eventually.True(() => !_said.IsEmpty, () => "the app is heard");
        Assert.Equal(["STATUS=nobody"], _said);
    }

    [Fact]
    public void A_user_that_there_is_not_is_refused()
    {
        using var sockets = new NotifySockets(_dir.At("notify"));
        Assert.Null(((INotifySockets)sockets).Open("x", "no-such-user", _said.Enqueue, out var refused));
        Assert.Contains("no-such-user", refused, StringComparison.Ordinal);
    }

    public void Dispose() => _dir.Dispose();

    private INotifySocket Open(NotifySockets sockets, string name, string? user = null)
    {
        var socket = sockets.Open(name, user, _said.Enqueue, out var refused);
        Assert.True(socket is not null, refused);
        return socket;
    }

    private static void Send(string address, string message)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.UTF8.GetBytes(message), new UnixDomainSocketEndPoint(address.StartsWith('@') ? "\0" + address[1..] : address));
    }

    /// <summary>On a thread that becomes somebody else, alone, and ends.</summary>
    private static void SendAs(uint uid, string address, string message)
    {
        var thread = new Thread(() =>
        {
            if (Libc.thread_setresuid(uid, uid, 0) == 0)
                Send(address, message);
        });
        thread.Start();
        thread.Join();
    }
}
