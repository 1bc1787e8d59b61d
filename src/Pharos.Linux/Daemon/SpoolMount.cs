namespace Pharos.Linux.Daemon;

/// <summary>A tmpfs for the spool files of one home, which keeps large writes in large folios: there a flood costs its app a third of the time (ADR 29).</summary>
/// <remarks>Nothing depends on it: where it cannot be mounted the files lie where <see cref="RuntimeDir"/> says.</remarks>
public static unsafe class SpoolMount
{
    // within_size: a folio is as large as the write that fills it. always would give every file 2 MiB for its first byte.
    private const string Options = "huge=within_size,mode=0700";
    private static readonly Version WritesInLargeFolios = new(6, 14);

    /// <summary>Makes the folder, on a tmpfs of its own. Root mounts it; everybody else finds it where an administrator mounted <c>/run/pharos-UID</c>.</summary>
    /// <param name="name">Of the home: one daemon at a time asks for it.</param>
    /// <returns>Its path; null: there is no such tmpfs here, or <c>XDG_RUNTIME_DIR</c> names a place of somebody's own.</returns>
    public static string? Make(string name) => Make(name, Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), SelfIdentity.Uid);

    internal static string? Make(string name, string? xdg, uint uid)
    {
        // What a login has goes when its user logs out, and root's apps stay.
        if (xdg is { Length: > 0 } && xdg.TrimEnd('/') != $"/run/user/{uid}")
            return null;
        var parent = Parent(uid);
        var folder = $"{parent}/{name}";
        if (IsMountPoint(parent))
            return RuntimeDir.IsOnTmpfs(parent) && RuntimeDir.TryOwn(parent, uid) && RuntimeDir.TryOwn(folder, uid) ? folder : null;
        if (uid != 0 || Environment.OSVersion.Version < WritesInLargeFolios || !IsSeenByAll() || !RuntimeDir.TryOwn(parent, uid) || !RuntimeDir.TryOwn(folder, uid))
            return null;
        if (IsMountPoint(folder))
            return RuntimeDir.IsOnTmpfs(folder) ? folder : null;
        if (Directory.EnumerateFileSystemEntries(folder).Any() || Libc.mount("pharos", folder, "tmpfs", Libc.MS_NOSUID | Libc.MS_NODEV | Libc.MS_NOEXEC, Options) < 0)
            return null; // refused in most containers
        return folder;
    }

    /// <summary>Unmounts what <see cref="Make(string)"/> mounted, unless there are files in it: apps that run write there.</summary>
    /// <param name="folder">Any folder; one that is not of that kind stays as it is.</param>
    public static void Remove(string folder)
    {
        if (Path.GetDirectoryName(folder) != Parent(SelfIdentity.Uid) || !IsMountPoint(folder))
            return;
        foreach (var left in Directory.EnumerateFileSystemEntries(folder))
        {
            if (Libc.rmdir(left) < 0)
                return;
        }

        if (Libc.umount2(folder, Libc.UMOUNT_NOFOLLOW) == 0)
            _ = Libc.rmdir(folder);
    }

    private static string Parent(uint uid) => $"/run/pharos-{uid}";

    /// <summary>A daemon in a mount namespace of its own, as systemd makes them, would mount what the next daemon cannot see.</summary>
    /// <remarks>By the number of the mount at the root, proc_pid_mountinfo(5): no two namespaces share one. The namespaces themselves may only be compared by who may trace process 1.</remarks>
    private static bool IsSeenByAll() => RootMount("self") is { } ours && ours == RootMount("1");

    private static string? RootMount(string process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/mountinfo").Select(line => line.Split(' ')).Where(fields => fields[4] == "/").Select(fields => fields[0]).LastOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsMountPoint(string folder)
    {
        Libc.Statx itself, above;
        return Libc.statx(Libc.AT_FDCWD, folder, Libc.AT_SYMLINK_NOFOLLOW, 0x7FF, &itself) == 0
            && Libc.statx(Libc.AT_FDCWD, Path.GetDirectoryName(folder)!, 0, 0x7FF, &above) == 0
            && itself.Type == Libc.S_IFDIR
            && (itself.DeviceMajor, itself.DeviceMinor) != (above.DeviceMajor, above.DeviceMinor);
    }
}
