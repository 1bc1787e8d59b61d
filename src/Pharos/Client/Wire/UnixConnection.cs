using System.Runtime.InteropServices;
using System.Text;

namespace Pharos.Client.Wire;

/// <summary>One connection to a unix stream socket.</summary>
internal sealed unsafe class UnixConnection : IDisposable
{
    /// <summary>sun_path is 108 bytes with its terminating zero (unix(7)).</summary>
    public const int LongestPath = 107;

    private int _fd;

    private UnixConnection(int fd) => _fd = fd;

    /// <summary>Connects.</summary>
    /// <param name="path">Path of the socket, at most <see cref="LongestPath"/> bytes.</param>
    /// <param name="errno">0, or why there is no connection.</param>
    /// <returns>Null when it failed.</returns>
    public static UnixConnection? Open(string path, out int errno)
    {
        var address = stackalloc byte[2 + LongestPath + 1];
        new Span<byte>(address, 2 + LongestPath + 1).Clear();
        *(ushort*)address = ClientLibc.AF_UNIX;
        Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, LongestPath));

        errno = 0;
        var fd = ClientLibc.socket(ClientLibc.AF_UNIX, ClientLibc.SOCK_STREAM | ClientLibc.SOCK_CLOEXEC, 0);
        if (fd >= 0 && ClientLibc.connect(fd, address, 2 + LongestPath + 1) == 0)
        {
            return new UnixConnection(fd);
        }

        errno = Marshal.GetLastPInvokeError();
        if (fd >= 0)
        {
            _ = ClientLibc.close(fd);
        }

        return null;
    }

    /// <summary>Sends everything.</summary>
    /// <returns>False when the peer is gone.</returns>
    public bool Send(ReadOnlySpan<byte> bytes) => Shell.Write(_fd, bytes);

    /// <summary>Receives what there is, waiting for at least one byte.</summary>
    /// <returns>0 when the peer closed, or is gone.</returns>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var n = ClientLibc.read(_fd, start, (nuint)buffer.Length);
                if (n >= 0)
                {
                    return (int)n;
                }

                if (Marshal.GetLastPInvokeError() != ClientLibc.EINTR)
                {
                    return 0; // a reset is an end too: what is missing shows in the message
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_fd >= 0)
        {
            _ = ClientLibc.close(_fd);
            _fd = -1;
        }
    }
}
