namespace Pharos.Linux.Daemon;

/// <summary>Finds a directory on tmpfs for spool files, so that a full disk never fails an app's write.</summary>
public static unsafe class RuntimeDir
{
    private const long TmpfsMagic = 0x01021994;

    /// <summary>The first of <c>$XDG_RUNTIME_DIR/pharos</c>, <c>/run/pharos-UID</c> and <c>/dev/shm/pharos-UID</c> that lies on tmpfs and is ours;
    /// made with mode 0700.</summary>
    /// <returns>Its path; null when none fits: then keep the files on disk.</returns>
    public static string? Pick() => Pick(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), SelfIdentity.Uid);

    internal static string? Pick(string? xdg, uint uid)
    {
        string?[] candidates = [xdg is { Length: > 0 } ? $"{xdg}/pharos" : null, $"/run/pharos-{uid}", $"/dev/shm/pharos-{uid}"];
        return candidates.FirstOrDefault(path => path is not null && IsOnTmpfs(Path.GetDirectoryName(path)!) && TryOwn(path, uid));
    }

    /// <summary>Makes the directory, or takes it when it is ours alone. Somebody else may have made the name first in /dev/shm, or put a link there.</summary>
    internal static bool TryOwn(string path, uint uid)
    {
        if (Libc.mkdir(path, 0x1C0) < 0 && Libc.Errno != Libc.EEXIST)
            return false;
        Libc.Statx info;
        return Libc.statx(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, 0x7FF, &info) == 0
            && info is { Type: Libc.S_IFDIR } && info.Uid == uid && (info.Mode & 0x3F) == 0;
    }

    internal static bool IsOnTmpfs(string path)
    {
        var buffer = stackalloc byte[256];
        return Libc.statfs(path, buffer) == 0 && *(long*)buffer == TmpfsMagic;
    }
}
