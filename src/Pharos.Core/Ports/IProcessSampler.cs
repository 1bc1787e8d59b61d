namespace Pharos.Core.Ports;

/// <summary>What /proc says of one process at one time. Counters are since the start of the process.</summary>
public struct ProcessSample
{
    /// <summary>CPU time in user mode, seconds.</summary>
    public double CpuUserSeconds;

    /// <summary>CPU time in kernel mode, seconds.</summary>
    public double CpuSystemSeconds;

    /// <summary>Resident memory, bytes.</summary>
    public long RssBytes;

    /// <summary>Virtual memory, bytes.</summary>
    public long VirtualBytes;

    /// <summary>Threads.</summary>
    public int Threads;

    /// <summary>Open file descriptors; -1 when unreadable.</summary>
    public int FileDescriptors;

    /// <summary>Most file descriptors that it may have open; -1 when unreadable or unlimited.</summary>
    public long FileDescriptorLimit;

    /// <summary>Voluntary context switches; -1 when unreadable.</summary>
    public long VoluntarySwitches;

    /// <summary>Involuntary context switches; -1 when unreadable.</summary>
    public long InvoluntarySwitches;

    /// <summary>Minor page faults.</summary>
    public long MinorFaults;

    /// <summary>Major page faults.</summary>
    public long MajorFaults;

    /// <summary>Bytes read from storage; -1 when unreadable.</summary>
    public long DiskReadBytes;

    /// <summary>Bytes written to storage; -1 when unreadable.</summary>
    public long DiskWriteBytes;

    /// <summary>Resident memory of the process and all its descendants, bytes.</summary>
    public long TreeRssBytes;

    /// <summary>Processes in the tree, the process itself included.</summary>
    public int TreeProcesses;
}

/// <summary>Holds the /proc files of one process open.</summary>
public interface ISampledProcess : IDisposable
{
    /// <summary>The newest sample. Allocates nothing.</summary>
    /// <param name="sample">What was read.</param>
    /// <returns>False when the process is gone.</returns>
    bool TryRead(ref ProcessSample sample);
}

/// <summary>Reads /proc once per interval for all processes together.</summary>
public interface IProcessSampler
{
    /// <summary>Begins sampling a process.</summary>
    /// <param name="pid">Its id; held by the caller, so not recycled.</param>
    /// <returns>Its open files, or null when it is gone.</returns>
    ISampledProcess? Open(int pid);

    /// <summary>One pass over /proc for the trees of all opened processes; call it once per interval, before the reads.</summary>
    void RefreshTrees();
}
