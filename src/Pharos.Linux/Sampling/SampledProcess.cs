using System.Buffers.Text;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Sampling;

/// <summary>The open /proc files of one process. They read as gone when it has ended, also after its pid went to another.</summary>
/// <remarks>
/// Resident memory is field 2 of proc_pid_statm(5), which the kernel calls inexact. Context switches are those of the main thread, since
/// proc_pid_status(5) has no others; they, disk bytes and descriptors are read every fifth time. The number of descriptors is st_size of /proc/PID/fd since Linux 6.2, before that its entries are counted.
/// </remarks>
internal sealed unsafe class SampledProcess : ISampledProcess
{
    private const int SlowEvery = 5;

    private readonly ProcSampler _sampler;
    private readonly Fd _directory;
    private readonly Fd _stat;
    private readonly Fd _statm;
    private readonly Fd _status;
    private readonly Fd _io;
    private long _descendantBytes;
    private int _descendants;
    private long _sumBytes;
    private int _sumProcesses;
    private int _pass;
    private ProcessSample _slow;

    private SampledProcess(ProcSampler sampler, int pid, Fd directory)
    {
        _sampler = sampler;
        Pid = pid;
        _directory = directory;
        _stat = OpenFile("stat\0"u8);
        _statm = OpenFile("statm\0"u8);
        _status = OpenFile("status\0"u8);
        _io = OpenFile("io\0"u8);
    }

    internal int Pid { get; }

    internal static SampledProcess? TryOpen(ProcSampler sampler, int proc, int pid)
    {
        var directory = new Fd(ProcFile.Open(proc, pid, [], Libc.O_PATH | Libc.O_DIRECTORY));
        if (directory.IsInvalid)
            return null;
        var process = new SampledProcess(sampler, pid, directory);
        var sample = default(ProcessSample);
        if (process.TryRead(ref sample))
            return process;
        process.CloseFiles();
        return null;
    }

    /// <inheritdoc/>
    public bool TryRead(ref ProcessSample sample)
    {
        Span<byte> buffer = stackalloc byte[4096];
        if (!TryReadFile(_stat, buffer, out var text) || !StatLine.TryParse(text, out var line) || line.IsDead)
            return false;
        sample.CpuUserSeconds = (double)line.UserTicks / BootInfo.TicksPerSecond;
        sample.CpuSystemSeconds = (double)line.SystemTicks / BootInfo.TicksPerSecond;
        sample.Threads = line.Threads;
        sample.MinorFaults = line.MinorFaults;
        sample.MajorFaults = line.MajorFaults;
        sample.VirtualBytes = line.VirtualBytes;
        sample.RssBytes = TryReadFile(_statm, buffer, out text) ? ResidentPages(text) * BootInfo.PageBytes : 0;
        if (_pass++ % SlowEvery == 0)
            ReadSlow(buffer);
        sample.VoluntarySwitches = _slow.VoluntarySwitches;
        sample.InvoluntarySwitches = _slow.InvoluntarySwitches;
        sample.DiskReadBytes = _slow.DiskReadBytes;
        sample.DiskWriteBytes = _slow.DiskWriteBytes;
        sample.FileDescriptors = _slow.FileDescriptors;
        sample.FileDescriptorLimit = _slow.FileDescriptorLimit;
        sample.TreeRssBytes = sample.RssBytes + Volatile.Read(ref _descendantBytes);
        sample.TreeProcesses = 1 + Volatile.Read(ref _descendants);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sampler.Close(this);
        CloseFiles();
    }

    /// <summary>Second field of statm.</summary>
    internal static long ResidentPages(ReadOnlySpan<byte> statm) =>
        Utf8Parser.TryParse(statm[(statm.IndexOf((byte)' ') + 1)..], out long pages, out _) ? pages : 0;

    internal void BeginTree() => (_sumBytes, _sumProcesses) = (0, 0);

    internal void AddDescendant(long bytes)
    {
        _sumBytes += bytes;
        _sumProcesses++;
    }

    internal void EndTree()
    {
        Volatile.Write(ref _descendants, _sumProcesses);
        Volatile.Write(ref _descendantBytes, _sumBytes);
    }

    /// <summary>What costs as much as all the rest together, and matters at the pace of an export only.</summary>
    private void ReadSlow(Span<byte> buffer)
    {
        var hasStatus = TryReadFile(_status, buffer, out var text);
        _slow.VoluntarySwitches = hasStatus ? Value(text, "\nvoluntary_ctxt_switches:"u8) : -1;
        _slow.InvoluntarySwitches = hasStatus ? Value(text, "\nnonvoluntary_ctxt_switches:"u8) : -1;
        var hasIo = TryReadFile(_io, buffer, out text);
        _slow.DiskReadBytes = hasIo ? Value(text, "\nread_bytes:"u8) : -1;
        _slow.DiskWriteBytes = hasIo ? Value(text, "\nwrite_bytes:"u8) : -1;
        _slow.FileDescriptors = CountDescriptors();
        _slow.FileDescriptorLimit = DescriptorLimit();
    }

    private static long Value(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        var at = text.IndexOf(key);
        return at >= 0 && Utf8Parser.TryParse(text[(at + key.Length)..].TrimStart(" \t"u8), out long value, out _) ? value : -1;
    }

    /// <summary>False when the file is not for us (another user's io) or the process is gone.</summary>
    private static bool TryReadFile(Fd file, Span<byte> buffer, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (file.IsInvalid || file.IsClosed)
            return false;
        using var pin = file.Hold();
        nint count;
        fixed (byte* first = buffer)
            count = Libc.pread(pin.Raw, first, buffer.Length, 0);
        if (count <= 0)
            return false;
        text = buffer[..(int)count];
        return true;
    }

    private int CountDescriptors()
    {
        if (_directory.IsClosed)
            return -1;
        using var pin = _directory.Hold();
        Libc.Statx info;
        fixed (byte* name = "fd\0"u8)
        {
            if (Libc.statx_bytes(pin.Raw, name, 0, 0x7FF, &info) < 0)
                return -1;
            if (info.Size > 0)
                return (int)info.Size;
            return CountEntries(Libc.openat(pin.Raw, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0));
        }
    }

    /// <summary>RLIMIT_NOFILE, the soft one: setrlimit(2). The pid is ours as long as its files read: the process is an unreaped child, or adopted and held.</summary>
    private long DescriptorLimit()
    {
        const int noFile = 7;
        var limit = stackalloc ulong[2];
        return Libc.prlimit(Pid, noFile, null, limit) == 0 && limit[0] <= long.MaxValue ? (long)limit[0] : -1;
    }

    /// <summary>The way of kernels before 6.2, and of a process without any descriptor.</summary>
    private static int CountEntries(int directory)
    {
        if (directory < 0)
            return -1;
        var buffer = stackalloc byte[4096];
        var entries = -2; // without . and ..
        int count;
        while ((count = Libc.getdents64(directory, buffer, 4096)) > 0)
        {
            for (var at = 0; at < count; at += *(ushort*)(buffer + at + 16))
                entries++;
        }

        _ = Libc.close(directory);
        return Math.Max(entries, 0);
    }

    private Fd OpenFile(ReadOnlySpan<byte> name)
    {
        fixed (byte* first = name)
            return new Fd(Libc.openat(_directory.Raw, first, Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
    }

    private void CloseFiles()
    {
        _directory.Dispose();
        _stat.Dispose();
        _statm.Dispose();
        _status.Dispose();
        _io.Dispose();
    }
}
