using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Linux.Daemon;

namespace Pharos.Linux.Processes;

/// <summary>Resource limits by name, setrlimit(2). Set from outside by prlimit(2), before the program runs.</summary>
internal static unsafe class Limits
{
    /// <summary>Number of the resource; the same on x64 and arm64.</summary>
    private static int? Number(string resource) => resource switch
    {
        "cpu" => 0,
        "fsize" => 1,
        "data" => 2,
        "stack" => 3,
        "core" => 4,
        "rss" => 5,
        "nproc" => 6,
        "nofile" => 7,
        "memlock" => 8,
        "as" => 9,
        _ => null,
    };

    /// <summary>Checks names and values before anything is started.</summary>
    internal static LaunchRefused? Check(IReadOnlyList<ResourceLimit> limits)
    {
        var own = stackalloc ulong[2];
        foreach (var limit in limits)
        {
            if (Number(limit.Resource) is not { } number)
                return new LaunchRefused($"unknown limit: {limit.Resource}; known are nofile, nproc, core, as, fsize, stack, data, memlock, cpu, rss");
            if (limit.Soft > limit.Hard)
                return new LaunchRefused($"limit {limit.Resource}: soft {Text(limit.Soft)} is above hard {Text(limit.Hard)}");
            if (!SelfIdentity.IsRoot && Libc.prlimit(0, number, null, own) == 0 && limit.Hard > own[1])
                return new LaunchRefused($"limit {limit.Resource}: raising hard to {Text(limit.Hard)} above the daemon's {Text(own[1])} needs root");
        }

        return null;
    }

    /// <summary>Sets them on another process.</summary>
    internal static LaunchRefused? Apply(int pid, IReadOnlyList<ResourceLimit> limits)
    {
        var values = stackalloc ulong[2];
        foreach (var limit in limits)
        {
            values[0] = limit.Soft;
            values[1] = limit.Hard;
            if (Libc.prlimit(pid, Number(limit.Resource)!.Value, values, null) < 0)
                return new LaunchRefused($"limit {limit.Resource} {Text(limit.Soft)}:{Text(limit.Hard)}: {LinuxException.Describe(Libc.Errno)}");
        }

        return null;
    }

    private static string Text(ulong value) => value == ulong.MaxValue ? "unlimited" : $"{value}";
}
