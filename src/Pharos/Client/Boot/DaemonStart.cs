using System.Runtime.InteropServices;
using System.Text;
using Pharos.Client.Wire;

namespace Pharos.Client.Boot;

/// <summary>The first client that finds no daemon starts it: under a lock, so that two never start two.</summary>
internal static unsafe class DaemonStart
{
    /// <summary>A daemon that takes longer than this is not coming; it adopts and re-reads its state within a second.</summary>
    private const int DeadlineMilliseconds = 20_000;

    private const string Refused = "error: ", Ready = "ready";

    /// <summary>Starts a daemon unless somebody else just did, and waits until it is ready.</summary>
    /// <returns>Null when it is ready, or one line that says why not.</returns>
    public static string? Run(Shell shell, PharosHome home)
    {
        if (PrepareFolder(home) is { } fault)
        {
            return fault;
        }

        var gate = Open(home.StartLock, ClientLibc.O_RDWR | ClientLibc.O_CREAT | ClientLibc.O_CLOEXEC);
        if (gate < 0)
        {
            return $"cannot open {home.StartLock}: {Marshal.GetLastPInvokeErrorMessage()}; make the folder writable, or set PHAROS_HOME to another one (apps that run are not touched)";
        }

        try
        {
            while (ClientLibc.flock(gate, ClientLibc.LOCK_EX) != 0)
            {
                if (Marshal.GetLastPInvokeError() != ClientLibc.EINTR)
                {
                    return $"cannot lock {home.StartLock}: {Marshal.GetLastPInvokeErrorMessage()}";
                }
            }

            using var already = UnixConnection.Open(home.Socket, out _);
            return already is not null ? null : SpawnAndWait(shell, home);
        }
        finally
        {
            _ = ClientLibc.close(gate);
        }
    }

    private static string? PrepareFolder(PharosHome home)
    {
        try
        {
            Directory.CreateDirectory(home.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot make the folder {home.Path}: {e.Message}";
        }
    }

    private static string? SpawnAndWait(Shell shell, PharosHome home)
    {
        var pipe = stackalloc int[2];
        if (ClientLibc.pipe2(pipe, ClientLibc.O_CLOEXEC) != 0)
        {
            return $"cannot make a pipe: {Marshal.GetLastPInvokeErrorMessage()}";
        }

        var errno = DaemonProcess.Spawn(shell, home, pipe[1]);
        _ = ClientLibc.close(pipe[1]);
        try
        {
            return errno == 0 ? Await(pipe[0], home) : $"cannot start the daemon: {Marshal.GetPInvokeErrorMessage(errno)}";
        }
        finally
        {
            _ = ClientLibc.close(pipe[0]);
        }
    }

    private static string? Await(int fd, PharosHome home)
    {
        var said = new byte[4096];
        var length = 0;
        var until = Environment.TickCount64 + DeadlineMilliseconds;
        while (length < said.Length)
        {
            var left = until - Environment.TickCount64;
            var waiting = new ClientLibc.PollFd { fd = fd, events = ClientLibc.POLLIN };
            var ready = left <= 0 ? 0 : ClientLibc.poll(&waiting, 1, (int)left);
            if (ready == 0)
            {
                return $"the daemon did not get ready within {DeadlineMilliseconds / 1000} s; see {home.Log}";
            }

            nint n = -1;
            if (ready > 0)
            {
                fixed (byte* start = said)
                {
                    n = ClientLibc.read(fd, start + length, (nuint)(said.Length - length));
                }
            }

            if (n < 0 && Marshal.GetLastPInvokeError() == ClientLibc.EINTR)
            {
                continue;
            }

            if (n <= 0)
            {
                break;
            }

            length += (int)n;
            if (said.AsSpan(0, length).Contains((byte)'\n'))
            {
                break;
            }
        }

        var line = Encoding.UTF8.GetString(said, 0, length).Split('\n')[0];
        return line == Ready ? null
            : line.StartsWith(Refused, StringComparison.Ordinal) ? line[Refused.Length..]
            : $"the daemon ended before it was ready; see {home.Log}";
    }

    private static int Open(string path, int flags)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            const uint ownerOnly = 0x180; // 0600
            return ClientLibc.open(name, flags, ownerOnly);
        }
    }
}
