using System.Runtime.InteropServices;

namespace Pharos.Linux.Daemon;

/// <summary>Who is at the other end of a Unix socket, unix(7) SO_PEERCRED: as it was when it connected.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="Uid">Effective user id.</param>
/// <param name="Gid">Effective group id.</param>
public readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid)
{
    private const int SOL_SOCKET = 1;
    private const int SO_PEERCRED = 17;

    /// <summary>Sends SIGQUIT to a process; one that is gone is no error.</summary>
    /// <param name="pid">The process: a peer that asked for it.</param>
    public static void Quit(int pid) => _ = Libc.kill(pid, Libc.SIGQUIT);

    /// <summary>Asks the kernel.</summary>
    /// <param name="socket">A connected Unix socket.</param>
    /// <returns>The peer.</returns>
    /// <exception cref="LinuxException">It is no connected Unix socket.</exception>
    public static unsafe PeerCredentials Of(SafeHandle socket)
    {
        var added = false;
        socket.DangerousAddRef(ref added);
        try
        {
            var words = stackalloc uint[3];
            uint length = 12;
            LinuxException.Check(Libc.getsockopt((int)socket.DangerousGetHandle(), SOL_SOCKET, SO_PEERCRED, words, &length), "getsockopt", "SO_PEERCRED");
            return new PeerCredentials((int)words[0], words[1], words[2]);
        }
        finally
        {
            socket.DangerousRelease();
        }
    }
}
