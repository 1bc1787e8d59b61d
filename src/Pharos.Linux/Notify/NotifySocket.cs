using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Notify;

/// <summary>One socket.</summary>
internal sealed unsafe class NotifySocket(Socket socket, string address, uint? user, Action<string> said, Action close) : INotifySocket
{
    private const int LongestMessage = 8192, ControlBytes = 64, SolSocket = 1, ScmCredentials = 2;

    public string Address { get; } = address;

    internal SafeHandle Handle => socket.SafeHandle;

    public void Dispose() => close();

    internal void CloseHandle() => socket.Dispose();

    /// <summary>Reads what is there. On the thread of all sockets.</summary>
    internal void ReadAll()
    {
        var added = false;
        try
        {
            socket.SafeHandle.DangerousAddRef(ref added);
            while (ReadOne((int)socket.SafeHandle.DangerousGetHandle(), out var message))
            {
                if (message is not null)
                    said(message);
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed this moment.
        }
        finally
        {
            if (added)
                socket.SafeHandle.DangerousRelease();
        }
    }

    /// <returns>False when there is nothing more.</returns>
    private bool ReadOne(int fd, out string? message)
    {
        message = null;
        var buffer = stackalloc byte[LongestMessage];
        var control = stackalloc byte[ControlBytes];
        var vector = new Libc.IoVec { Base = buffer, Length = LongestMessage };
        var header = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlBytes };
        var count = Libc.recvmsg(fd, &header, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
        if (count < 0)
            return Libc.Errno == Libc.EINTR;

        // struct cmsghdr: length 8, level 4, type 4, then struct ucred: pid, uid, gid; and, should somebody send some, descriptors.
        uint? uid = null;
        for (nint at = 0; at + 16 <= (nint)header.ControlLength;)
        {
            var length = *(nint*)(control + at);
            var (level, type) = (*(int*)(control + at + 8), *(int*)(control + at + 12));
            if (length < 16 || at + length > (nint)header.ControlLength)
                break;
            if (level == SolSocket && type == ScmCredentials)
                uid = *(uint*)(control + at + 20);
            else if (level == SolSocket && type == Libc.SCM_RIGHTS)
                CloseAll((int*)(control + at + 16), (length - 16) / 4);
            at += (length + 7) & ~7;
        }

        if (uid is { } sender && (sender == (user ?? SelfIdentity.Uid) || sender == SelfIdentity.Uid || sender == 0))
            message = Encoding.UTF8.GetString(buffer, (int)count);
        return true;
    }

    private static void CloseAll(int* descriptors, nint count)
    {
        for (nint i = 0; i < count; i++)
            _ = Libc.close(descriptors[i]);
    }
}
