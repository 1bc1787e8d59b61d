using Pharos.Core.Lifecycle;

namespace Pharos.Linux.Cgroups;

/// <summary>Tells whom of a group the out-of-memory killer took: the main process, whose end this is, or another one, which is worth a line.</summary>
/// <remarks>The kernel counts, and does not say whom. A main process that is still alive one look after the count grew was not the one: its death
/// takes milliseconds, the looks are a second apart.</remarks>
internal sealed class OomWatch(InstanceGroup group, string who, Func<bool> isMainAlive, Action<string> say)
{
    private readonly Lock _guard = new(); // guards the counts: looks and the end come from two threads
    private long _told = group.OomKills() ?? 0;
    private long _seen;
    private bool _over;

    /// <summary>Looks at the count.</summary>
    internal void Look()
    {
        lock (_guard)
        {
            if (_over)
                return;
            if (_seen > _told && isMainAlive())
            {
                Tell(_seen - _told);
                _told = _seen;
            }

            _seen = group.OomKills() ?? _seen;
        }
    }

    /// <summary>The main process has ended.</summary>
    /// <param name="status">How, as the kernel says it.</param>
    /// <returns>The same, with the out-of-memory killer named when it was that.</returns>
    internal ExitStatus Judge(ExitStatus status)
    {
        lock (_guard)
        {
            _over = true;
            var others = (group.OomKills() ?? _seen) - _told;
            if (others > 0 && status.Signal == Libc.SIGKILL)
            {
                status = status with { OomKilled = true };
                others--;
            }

            if (others > 0)
                Tell(others);
            return status;
        }
    }

    private void Tell(long count) =>
        say($"{who}: the kernel's out-of-memory killer took {count} of its processes, not the main one; its memory limit was reached");
}
