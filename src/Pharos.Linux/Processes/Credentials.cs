using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Pharos.Core.Ports;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Processes;

/// <summary>Who a child is to be. Looked up through the name service switch, so LDAP and the like count.</summary>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Group id.</param>
/// <param name="Groups">Supplementary groups, as initgroups(3) would set them.</param>
/// <param name="Name">User name; null when the number has no entry.</param>
/// <param name="Home">Home directory; null when the number has no entry.</param>
internal sealed unsafe record Credentials(uint Uid, uint Gid, uint[] Groups, string? Name, string? Home)
{
    private const int EntryBuffer = 64 * 1024;

    /// <summary>Finds user and group of an app.</summary>
    /// <param name="user">Name or number; null: the daemon's.</param>
    /// <param name="group">Name or number; null: the user's primary group.</param>
    /// <param name="credentials">Null when nothing has to change.</param>
    /// <returns>Null when all is well, else why not.</returns>
    internal static LaunchRefused? Find(string? user, string? group, out Credentials? credentials)
    {
        credentials = null;
        if (user is null && group is null)
            return null;
        var found = FindUser(user);
        if (found is null && !IsNumber(user, out _))
            return new LaunchRefused($"no such user: {user}; create it or correct 'user'");
        uint? gid = group is null ? found?.Gid : FindGroup(group);
        if (gid is null)
        {
            return new LaunchRefused(group is null
                ? $"user {user} has no entry in the user database, so its group is not known; set 'group' too"
                : $"no such group: {group}; create it or correct 'group'");
        }

        var uid = found?.Uid ?? uint.Parse(user!, CultureInfo.InvariantCulture);
        if (uid == SelfIdentity.Uid && gid == SelfIdentity.Gid && !SelfIdentity.IsRoot)
            return null;
        if (!SelfIdentity.IsRoot)
            return new LaunchRefused($"running as {user ?? "group " + group} needs root, and this daemon runs as uid {SelfIdentity.Uid}; start the daemon as root or drop 'user' and 'group'");
        var name = found?.Name;
        credentials = new Credentials(uid, gid.Value, name is null ? [gid.Value] : GroupsOf(name, gid.Value), user is null ? null : name, user is null ? null : found?.Home);
        return null;
    }

    /// <summary>Not the highest number: to setresuid(2) it means "leave as it is", so it would mean root.</summary>
    private static bool IsNumber(string? text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number != uint.MaxValue;

    private static (uint Uid, uint Gid, string Name, string Home)? FindUser(string? user)
    {
        var buffer = NativeMemory.Alloc(EntryBuffer);
        try
        {
            Libc.Passwd entry;
            Libc.Passwd* result = null;
            var named = user is not null && Libc.getpwnam_r(user, &entry, (byte*)buffer, EntryBuffer, &result) == 0 && result != null;
            if (!named && (user is null || IsNumber(user, out _)))
            {
                var uid = user is null ? SelfIdentity.Uid : uint.Parse(user, CultureInfo.InvariantCulture);
                _ = Libc.getpwuid_r(uid, &entry, (byte*)buffer, EntryBuffer, &result);
            }

            return result == null ? null : (result->Uid, result->Gid, Text(result->Name), Text(result->Home));
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    private static uint? FindGroup(string group)
    {
        var buffer = NativeMemory.Alloc(EntryBuffer);
        try
        {
            Libc.Group entry;
            Libc.Group* result = null;
            _ = Libc.getgrnam_r(group, &entry, (byte*)buffer, EntryBuffer, &result);
            return result != null ? result->Gid : IsNumber(group, out var number) ? number : null;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    private static uint[] GroupsOf(string name, uint gid)
    {
        var count = 64;
        while (true)
        {
            var groups = new uint[count];
            fixed (uint* first = groups)
            {
                if (Libc.getgrouplist(name, gid, first, &count) >= 0)
                    return groups[..count];
            }

            // count now says how many there are.
            count = Math.Max(count, groups.Length * 2);
        }
    }

    private static string Text(byte* text) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
}
