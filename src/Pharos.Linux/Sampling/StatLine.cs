using System.Buffers.Text;

namespace Pharos.Linux.Sampling;

/// <summary>The fields of <c>/proc/PID/stat</c> that we use, proc_pid_stat(5).</summary>
internal struct StatLine
{
    internal int Pid;
    internal byte State;
    internal int Parent;
    internal int Session;
    internal uint Flags;
    internal long MinorFaults;
    internal long MajorFaults;
    internal long UserTicks;
    internal long SystemTicks;
    internal int Threads;
    internal long StartTicks;
    internal long VirtualBytes;

    private const uint KernelThread = 0x00200000;

    /// <summary>A thread of the kernel: it has no environment, and no signal reaches it.</summary>
    internal readonly bool IsKernelThread => (Flags & KernelThread) != 0;

    /// <summary>Nothing of it runs any more. A leader that ended by pthread_exit(3) is a zombie too, but its other threads live on.</summary>
    internal readonly bool IsDead => State is (byte)'Z' or (byte)'X' or (byte)'x' && Threads <= 1;

    /// <summary>Reads a line. The name in the second field may hold blanks and brackets, so counting starts behind the last bracket.</summary>
    /// <returns>False when it is no such line.</returns>
    internal static bool TryParse(ReadOnlySpan<byte> text, out StatLine line)
    {
        line = default;
        if (!Utf8Parser.TryParse(text, out line.Pid, out _))
            return false;
        var name = text.LastIndexOf((byte)')');
        if (name < 0 || name + 4 > text.Length)
            return false;
        line.State = text[name + 2];
        var rest = text[(name + 3)..];
        for (var field = 4; field <= 23; field++)
        {
            if (!TryNext(ref rest, out var value))
                return false;
            switch (field)
            {
                case 4: line.Parent = (int)value; break;
                case 6: line.Session = (int)value; break;
                case 9: line.Flags = (uint)value; break;
                case 10: line.MinorFaults = value; break;
                case 12: line.MajorFaults = value; break;
                case 14: line.UserTicks = value; break;
                case 15: line.SystemTicks = value; break;
                case 20: line.Threads = (int)value; break;
                case 22: line.StartTicks = value; break;
                case 23: line.VirtualBytes = value; break;
                default: break;
            }
        }

        return true;
    }

    /// <summary>Field 52, the wait status of a zombie; 0 for whom we may not trace.</summary>
    internal static int? WaitStatus(ReadOnlySpan<byte> text)
    {
        var last = text.TrimEnd((byte)'\n').LastIndexOf((byte)' ');
        return last > 0 && Utf8Parser.TryParse(text[(last + 1)..], out int status, out _) ? status : null;
    }

    /// <summary>Reads one process.</summary>
    /// <returns>False when it is gone.</returns>
    internal static bool TryRead(int proc, int pid, out StatLine line)
    {
        Span<byte> buffer = stackalloc byte[1024];
        var count = ProcFile.Read(proc, pid, "stat"u8, buffer);
        line = default;
        return count > 0 && TryParse(buffer[..count], out line);
    }

    private static bool TryNext(ref ReadOnlySpan<byte> rest, out long value)
    {
        rest = rest.TrimStart((byte)' ');
        if (!Utf8Parser.TryParse(rest, out value, out var used))
        {
            // Fields such as rsslim are unsigned and may not fit; none of those is used here.
            value = 0;
            return false;
        }

        rest = rest[used..];
        return true;
    }
}
