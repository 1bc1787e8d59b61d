using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Linux.Processes;

/// <summary>Everything posix_spawn(3) and the threads around it need to know.</summary>
internal sealed record SpawnPlan
{
    internal required string Executable { get; init; }

    internal required IReadOnlyCollection<string> Argv { get; init; }

    /// <summary><c>NAME=value</c> each.</summary>
    internal required IReadOnlyCollection<string> Envp { get; init; }

    internal required string Cwd { get; init; }

    /// <summary>Descriptors of ours, all above 2, that become 1, 2, 3… of the child. Nothing else is inherited.</summary>
    internal required IReadOnlyList<Fd> Descriptors { get; init; }

    /// <summary>What becomes 0 of the child; null: /dev/null.</summary>
    internal Fd? Stdin { get; init; }

    internal Credentials? Credentials { get; init; }

    internal int? Umask { get; init; }

    internal int? Nice { get; init; }

    internal IReadOnlyList<ResourceLimit> Limits { get; init; } = [];

    /// <summary>Puts the child, by its pid, into its control group; null: it has none.</summary>
    internal Func<int, LaunchRefused?>? Confine { get; init; }

    /// <summary>Something needs the pid before the program runs.</summary>
    internal bool NeedsGate => Limits.Count > 0 || Confine is not null;

    /// <summary>Attributes that have to be put on the spawning thread itself, which is spoilt for anything else then.</summary>
    internal bool NeedsOwnThread => Credentials is not null || Umask is not null || Nice is not null || NeedsGate;
}

/// <summary>What came of it.</summary>
/// <param name="Pid">The child; 0 when there is none.</param>
/// <param name="Call">Which call failed.</param>
/// <param name="Errno">Why; 0 when none did.</param>
internal readonly record struct SpawnResult(int Pid, string Call, int Errno);
