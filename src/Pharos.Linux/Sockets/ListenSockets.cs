using System.Net;
using System.Runtime.InteropServices;
using Pharos.Core.Ports;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Sockets;

/// <summary>Listening sockets that outlive the processes that accept from them.</summary>
public sealed class ListenSockets : IListenSockets, IDisposable
{
    private readonly ReadLoop _loop = new("sockets");

    /// <inheritdoc/>
    public int TryOpen(ListenAt at, out IListenSocket? socket)
    {
        socket = null;
        if (at.Kind == ListenKind.Unix)
            return OpenPath(at, out socket);
        if (at.Address is null && at.Kind == ListenKind.Tcp)
        {
            // As Node has it: every address of both families, and where there is no IPv6, of the one.
            var errno = OpenInternet(at, IPAddress.IPv6Any, out socket);
            return errno is Libc.EAFNOSUPPORT or Libc.EADDRNOTAVAIL ? OpenInternet(at, IPAddress.Any, out socket) : errno;
        }

        if (at.Address is null)
            return OpenInternet(at, at.Ipv6 ? IPAddress.IPv6Any : IPAddress.Any, out socket);
        return IPAddress.TryParse(at.Address, out var address) ? OpenInternet(at, address, out socket) : Libc.EINVAL;
    }

    /// <inheritdoc/>
    public IListenSocket Wrap(SafeHandle handle, ListenAt at) => new ListenSocket((Fd)handle, at, _loop);

    /// <inheritdoc/>
    public IListenSocket? Copy(IListenSocket socket)
    {
        using var pin = ((Fd)socket.Handle).Hold();
        var copy = Libc.fcntl(pin.Raw, Libc.F_DUPFD_CLOEXEC, 10);
        return copy < 0 ? null : new ListenSocket(new Fd(copy), ((ListenSocket)socket).At, _loop);
    }

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    private int OpenInternet(ListenAt at, IPAddress address, out IListenSocket? socket)
    {
        socket = null;
        Span<byte> bytes = stackalloc byte[SocketAddress.Capacity];
        var length = SocketAddress.Write(address, at.Port, bytes);
        var six = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return Open(at, six ? Libc.AF_INET6 : Libc.AF_INET, bytes[..length], six, out socket);
    }

    private int OpenPath(ListenAt at, out IListenSocket? socket)
    {
        socket = null;
        Span<byte> bytes = stackalloc byte[SocketAddress.Capacity];
        var length = SocketAddress.Write(at.Address ?? "", bytes);
        if (length == 0)
            return Libc.EINVAL;
        var errno = Open(at, Libc.AF_UNIX, bytes[..length], six: false, out socket);
        if (errno != Libc.EADDRINUSE || at.Address![0] == '\0' || IsServed(bytes[..length]) || Libc.unlink(at.Address) < 0)
            return errno;
        return Open(at, Libc.AF_UNIX, bytes[..length], six: false, out socket); // nobody was behind that path any more
    }

    private unsafe int Open(ListenAt at, int family, ReadOnlySpan<byte> address, bool six, out IListenSocket? socket)
    {
        socket = null;
        var kind = at.Kind == ListenKind.Udp ? Libc.SOCK_DGRAM : Libc.SOCK_STREAM;
        var number = Libc.socket(family, kind | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
        if (number < 0)
            return Libc.Errno;
        var fd = Processes.StdioFiles.AboveStdio(number);
        if (at.Kind == ListenKind.Tcp || at.ReuseAddress)
            Set(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
        if (at.ReusePort)
            Set(fd, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, 1);
        if (six)
            Set(fd, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, at.Ipv6Only ? 1 : 0);
        fixed (byte* start = address)
        {
            if (Libc.bind(fd.Raw, start, (uint)address.Length) < 0 || (at.Kind != ListenKind.Udp && Libc.listen(fd.Raw, at.Backlog) < 0))
            {
                var errno = Libc.Errno;
                fd.Dispose();
                return errno;
            }
        }

        socket = new ListenSocket(fd, at, _loop);
        return 0;
    }

    private static unsafe bool IsServed(ReadOnlySpan<byte> address)
    {
        using var fd = new Fd(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0));
        fixed (byte* start = address)
            return fd.IsInvalid || Libc.connect(fd.Raw, start, (uint)address.Length) == 0 || Libc.Errno != Libc.ECONNREFUSED;
    }

    private static unsafe void Set(Fd fd, int level, int name, int value) => _ = Libc.setsockopt(fd.Raw, level, name, &value, sizeof(int));
}
