using System.Buffers.Text;
using System.Text;

namespace Pharos.Linux.Processes;

/// <summary>Knows whom the out-of-memory killer took, from the kernel's own log.</summary>
/// <remarks>
/// A wait status says SIGKILL and no more, and the counters of a cgroup do not say which process it was. The log line names the pid:
/// <c>Out of memory: Killed process 123 (node) …</c> and <c>Memory cgroup out of memory: Killed process 123 (node) …</c>. It needs a readable
/// /dev/kmsg (root, or kernel.dmesg_restrict=0) and the machine's own pid numbers, so not a container; without them the answer is always no.
/// </remarks>
internal sealed unsafe class OomKills : IDisposable
{
    private const string InitialPidNamespace = "pid:[4026531836]";
    private const int RecordBytes = 8192;
    private const int Remembered = 256;

    private readonly Fd? _log;
    private readonly Queue<int> _killed = new();

    internal OomKills()
    {
        if (new FileInfo("/proc/self/ns/pid").LinkTarget != InitialPidNamespace)
            return;
        var fd = new Fd(Libc.open("/dev/kmsg", Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0));
        const int SEEK_END = 2;
        if (!fd.IsInvalid && Libc.lseek(fd.Raw, 0, SEEK_END) >= 0)
            _log = fd;
        else
            fd.Dispose();
    }

    /// <summary>Whether the log names this process since we look.</summary>
    internal bool Killed(int pid)
    {
        if (_log is null)
            return false;
        var buffer = stackalloc byte[RecordBytes];
        while (true)
        {
            var count = Libc.read(_log.Raw, buffer, RecordBytes);
            const int EPIPE = 32;
            if (count < 0 && Libc.Errno is EPIPE or Libc.EINTR)
                continue; // records were overwritten before we came: go on with the oldest there is
            if (count <= 0)
                break;
            if (VictimOf(new ReadOnlySpan<byte>(buffer, (int)count)) is { } victim)
                Remember(victim);
        }

        return _killed.Contains(pid);
    }

    /// <summary>The pid that a log record says was killed for want of memory.</summary>
    internal static int? VictimOf(ReadOnlySpan<byte> record)
    {
        var words = "Killed process "u8;
        var at = record.IndexOf(words);
        return at > 0 && record[..at].ToArray() is var before && Encoding.ASCII.GetString(before).Contains("ut of memory", StringComparison.Ordinal)
            && Utf8Parser.TryParse(record[(at + words.Length)..], out int pid, out _) ? pid : null;
    }

    public void Dispose() => _log?.Dispose();

    private void Remember(int pid)
    {
        _killed.Enqueue(pid);
        if (_killed.Count > Remembered)
            _killed.Dequeue();
    }
}
