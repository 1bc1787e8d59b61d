using System.Net.Sockets;
using System.Text;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Notify;

/// <summary>One socket.</summary>
internal sealed unsafe class NotifySocket : INotifySocket
{
    private const int LongestMessage = 8192, ControlBytes = 64, SolSocket = 1, ScmCredentials = 2;

    private readonly Socket _socket;
    private readonly bool _isFile;
    private readonly uint? _user;
    private readonly Action<string> _said;
    private readonly Func<NotifySocket, bool> _close;
    private readonly IDisposable _reading;

    /// <param name="socket">Bound; ours from here on.</param>
    /// <param name="address">As <see cref="INotifySocket.Address"/> gives it.</param>
    /// <param name="isFile">The address is a path, and the file goes with the socket.</param>
    /// <param name="user">Whose messages are heard besides ours and root's; null: nobody's.</param>
    /// <param name="said">Takes each message.</param>
    /// <param name="loop">Reads all sockets.</param>
    /// <param name="close">Forgets it; false: that was done before, and the address may be another socket's by now.</param>
    internal NotifySocket(Socket socket, string address, bool isFile, uint? user, Action<string> said, ReadLoop loop, Func<NotifySocket, bool> close)
    {
        (_socket, Address, _isFile, _user, _said, _close) = (socket, address, isFile, user, said, close);
        _reading = loop.Add(socket.SafeHandle, ReadAll);
    }

    public string Address { get; }

    public void Dispose()
    {
        if (!_close(this))
            return;
        _reading.Dispose();
        _socket.Dispose();
        if (_isFile)
            File.Delete(Address);
    }

    private bool ReadAll()
    {
        while (ReadOne((int)_socket.SafeHandle.DangerousGetHandle(), out var message))
        {
            if (message is not null)
                _said(message);
        }

        return true;
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

        if (uid is { } sender && (sender == (_user ?? SelfIdentity.Uid) || sender == SelfIdentity.Uid || sender == 0))
            message = Encoding.UTF8.GetString(buffer, (int)count);
        return true;
    }

    private static void CloseAll(int* descriptors, nint count)
    {
        for (nint i = 0; i < count; i++)
            _ = Libc.close(descriptors[i]);
    }
}
