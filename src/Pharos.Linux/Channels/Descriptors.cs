using System.Runtime.InteropServices;

namespace Pharos.Linux.Channels;

/// <summary>Open descriptors beside the bytes of a unix socket, unix(7) SCM_RIGHTS.</summary>
internal static unsafe class Descriptors
{
    /// <summary>Room for the control data of one message, in bytes: one descriptor out, sixteen in.</summary>
    internal const int ControlBytes = 16 + (16 * 4);

    /// <summary>struct cmsghdr with one descriptor: length 8, level 4, type 4, then the number, padded to 8.</summary>
    internal const int OneBytes = 24;

    /// <summary>Writes the control data for one descriptor.</summary>
    internal static void Put(byte* control, int fd)
    {
        *(nint*)control = 20;
        *(int*)(control + 8) = Libc.SOL_SOCKET;
        *(int*)(control + 12) = Libc.SCM_RIGHTS;
        *(int*)(control + 16) = fd;
    }

    /// <summary>Takes what came.</summary>
    internal static void Take(in Libc.MessageHeader header, Queue<SafeHandle> into)
    {
        for (nint at = 0; at + 16 <= (nint)header.ControlLength;)
        {
            var control = header.Control + at;
            var length = *(nint*)control;
            if (length < 16 || at + length > (nint)header.ControlLength)
                return;
            if (*(int*)(control + 8) == Libc.SOL_SOCKET && *(int*)(control + 12) == Libc.SCM_RIGHTS)
            {
                for (nint i = 0; i < (length - 16) / 4; i++)
                    into.Enqueue(new Fd(*(int*)(control + 16 + (i * 4))));
            }

            at += (length + 7) & ~7;
        }
    }
}
