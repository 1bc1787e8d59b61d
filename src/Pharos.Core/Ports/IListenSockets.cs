using System.Runtime.InteropServices;

namespace Pharos.Core.Ports;

/// <summary>What a listening socket is of.</summary>
public enum ListenKind
{
    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>UDP: bound, and there is nothing to listen to.</summary>
    Udp,

    /// <summary>A stream socket in the file system.</summary>
    Unix,
}

/// <summary>Where to listen.</summary>
public sealed record ListenAt
{
    /// <summary>Of what.</summary>
    public required ListenKind Kind { get; init; }

    /// <summary>IP address, or path; null: every address, IPv6 and IPv4 where the machine has both.</summary>
    public string? Address { get; init; }

    /// <summary>Port; 0: any that is free.</summary>
    public int Port { get; init; }

    /// <summary>Every address of IPv6, when <see cref="Address"/> is null: UDP asks for one of the two.</summary>
    public bool Ipv6 { get; init; }

    /// <summary>No IPv4 through an IPv6 socket.</summary>
    public bool Ipv6Only { get; init; }

    /// <summary>Several sockets may have the port, SO_REUSEPORT.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Of UDP: SO_REUSEADDR.</summary>
    public bool ReuseAddress { get; init; }

    /// <summary>How many connections may wait.</summary>
    public int Backlog { get; init; } = 511;
}

/// <summary>Where a socket is.</summary>
/// <param name="Address">IP address, or path.</param>
/// <param name="Family">IPv4, IPv6 or Unix.</param>
/// <param name="Port">Port; 0 of a path.</param>
public readonly record struct SocketName(string Address, string Family, int Port);

/// <summary>A listening socket that the daemon holds open.</summary>
public interface IListenSocket : IDisposable
{
    /// <summary>The socket. Owned by this object.</summary>
    SafeHandle Handle { get; }

    /// <summary>By which it is found again among the descriptors of a process.</summary>
    long Inode { get; }

    /// <summary>Where it is.</summary>
    SocketName Name { get; }

    /// <summary>False: its path was deleted, or leads to another socket by now.</summary>
    bool IsReachable { get; }

    /// <summary>Closes our copy only: another process has its own, and a path stays.</summary>
    void Leave();

    /// <summary>Begins to accept, or goes on with it.</summary>
    /// <param name="taken">Takes each connection, which is the taker's to close, on a thread of the host; false: no more for now. Must not block, nor take a lock under which this socket is used.</param>
    void Accept(Func<SafeHandle, bool> taken);
}

/// <summary>Opens listening sockets.</summary>
public interface IListenSockets
{
    /// <summary>Opens one.</summary>
    /// <param name="at">Where.</param>
    /// <param name="socket">It; null when it cannot be.</param>
    /// <returns>0, or the errno: the app is told it as the kernel has it.</returns>
    int TryOpen(ListenAt at, out IListenSocket? socket);

    /// <summary>Takes one that another process has open, and that was taken from it.</summary>
    /// <param name="handle">It; ours from here on.</param>
    /// <param name="at">What it was opened with.</param>
    IListenSocket Wrap(SafeHandle handle, ListenAt at);

    /// <summary>A further descriptor of an open socket, for another app.</summary>
    /// <param name="socket">One of these.</param>
    /// <returns>Null: no descriptors are left.</returns>
    IListenSocket? Copy(IListenSocket socket);
}
