namespace Pharos.Linux.Daemon;

/// <summary>Who this process is.</summary>
public static class SelfIdentity
{
    /// <summary>Effective user id.</summary>
    public static uint Uid => Libc.geteuid();

    /// <summary>Effective group id.</summary>
    public static uint Gid => Libc.getegid();

    /// <summary>May become other users.</summary>
    public static bool IsRoot => Uid == 0;
}
