using Microsoft.Win32.SafeHandles;
using Pharos.Core.Ports;

namespace Pharos.Linux.Streams;

/// <summary>The files of the log store, as the kernel sees them.</summary>
public sealed unsafe class LogFiles : ILogFiles
{
    private const int AT_FDCWD = -100;

    /// <inheritdoc/>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public IAppendFile Append(string path) => new AppendFile(path);

    /// <inheritdoc/>
    public FileFacts? Look(string path) => Facts(AT_FDCWD, path, 0);

    /// <inheritdoc/>
    /// <exception cref="LinuxException">The file is not open.</exception>
    public FileFacts Look(SafeFileHandle file)
    {
        var added = false;
        file.DangerousAddRef(ref added);
        try
        {
            return Facts((int)file.DangerousGetHandle(), "", Libc.AT_EMPTY_PATH) ?? throw new LinuxException("statx", Libc.Errno, "log file");
        }
        finally
        {
            file.DangerousRelease();
        }
    }

    /// <inheritdoc/>
    public void LetOthersGoFirst()
    {
        _ = Libc.setpriority(Libc.PRIO_PROCESS, 0, 19); // of a thread, on Linux; to be nicer is never refused
    }

    /// <summary>statx(2): null when it fails; errno says why.</summary>
    internal static FileFacts? Facts(int directory, string path, int flags)
    {
        Libc.Statx info;
        return Libc.statx(directory, path, flags, 0x7FF, &info) < 0
            ? null
            : new FileFacts(new FileIdentity(((long)info.DeviceMajor << 32) | info.DeviceMinor, info.Inode), info.Size, (int)info.Links, (info.ChangedSeconds * 1_000_000_000) + info.ChangedNanoseconds);
    }
}
