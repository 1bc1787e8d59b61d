using System.Text;

namespace Pharos.Fixtures;

/// <summary>Appends its monotonic clock (nanoseconds) to a file about every millisecond, the first time as early as it can: the gap between the last
/// line of one process and the first of the next is the time from death to restart, measured by the app itself.</summary>
internal static unsafe class Heartbeat
{
    internal static int Run(string file)
    {
        int fd;
        fixed (byte* path = Encoding.UTF8.GetBytes(file + "\0"))
            fd = Sys.open(path, Sys.O_WRONLY | Sys.O_CREAT | Sys.O_APPEND, 0x1A4);
        if (fd < 0)
            return 1;
        var time = stackalloc long[2];
        Span<byte> line = stackalloc byte[32];
        while (true)
        {
            _ = Sys.clock_gettime(Sys.CLOCK_MONOTONIC, time);
            _ = ((time[0] * 1_000_000_000) + time[1]).TryFormat(line, out var length);
            line[length++] = (byte)'\n';
            fixed (byte* first = line)
                _ = Sys.write(fd, first, length);
            _ = Sys.usleep(1000);
        }
    }
}
