using Pharos.Linux;
using Pharos.Linux.Daemon;

namespace Pharos.Client.Boot;

/// <summary>The end of a daemon that was told to end: it answers a moment before, then it flushes its telemetry and takes itself apart.</summary>
internal static class DaemonEnd
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Waits for it: its home is free then. One that takes longer is left to itself.</summary>
    /// <param name="home">Its home.</param>
    public static void Wait(PharosHome home)
    {
        try
        {
            FileLock.Take(home.DaemonLock, Patience)?.Dispose();
        }
        catch (LinuxException)
        {
            // Ignoring: the folder is gone, and the daemon with it.
        }
    }
}
