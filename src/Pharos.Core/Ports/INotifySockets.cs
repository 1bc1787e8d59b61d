namespace Pharos.Core.Ports;

/// <summary>Where an app says by the protocol of sd_notify(3) how it is.</summary>
public interface INotifySocket : IDisposable
{
    /// <summary>For NOTIFY_SOCKET: a path, or an abstract name with <c>@</c> before it.</summary>
    string Address { get; }
}

/// <summary>Makes such sockets.</summary>
public interface INotifySockets
{
    /// <summary>Opens a socket. The address depends on the name alone, so that a process goes on with it when the daemon is replaced.</summary>
    /// <param name="name">Unique among all that are open: letters, digits, dots and dashes.</param>
    /// <param name="user">User name or number that the app runs as; null: the daemon's.</param>
    /// <param name="said">Called with each message of the app, on a thread of the sockets: lines of <c>NAME=value</c>. Must not block.</param>
    /// <param name="refused">Why there is none, one line; empty when there is one.</param>
    /// <returns>The socket; null when it cannot be made.</returns>
    INotifySocket? Open(string name, string? user, Action<string> said, out string refused);
}
