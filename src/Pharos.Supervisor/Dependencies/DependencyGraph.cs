using Pharos.Core.Specs;

namespace Pharos.Supervisor.Dependencies;

/// <summary>Who needs whom. Pure.</summary>
public static class DependencyGraph
{
    /// <summary>What is wrong with the dependencies of an app.</summary>
    /// <param name="spec">The app.</param>
    /// <param name="apps">All apps that there are, or will be, by name; the app itself too.</param>
    /// <returns>One line: a name that is not there, or a circle; null when all is well.</returns>
    public static string? FaultOf(AppSpec spec, IReadOnlyDictionary<string, AppSpec> apps)
    {
        foreach (var dependency in spec.DependsOn)
        {
            if (!apps.TryGetValue(dependency.App, out var other))
                return $"depends_on '{dependency.App}': there is no such app; declare it first, or in the same file";
            if (other.Job is not null)
                return $"depends_on '{dependency.App}': it is a job, which is never ready; depend on what it needs instead";
        }

        return CircleFrom(spec.Name, spec.Name, apps, []) is { } circle
            ? $"depends_on goes in a circle: {string.Join(" → ", circle)}; take one of these dependencies away"
            : null;
    }

    /// <summary>Apps in steps: those of a step need only those of earlier steps. What is in a circle comes last, together.</summary>
    /// <param name="apps">The apps.</param>
    /// <returns>Names, step by step, each step in order of name.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Steps(IEnumerable<AppSpec> apps)
    {
        var left = apps.ToDictionary(a => a.Name, a => a.DependsOn.Select(d => d.App).ToHashSet(), StringComparer.Ordinal);
        List<IReadOnlyList<string>> steps = [];
        while (left.Count > 0)
        {
            var free = left.Where(a => !a.Value.Any(d => d != a.Key && left.ContainsKey(d))).Select(a => a.Key).Order(StringComparer.Ordinal).ToList();
            if (free.Count == 0)
                free = [.. left.Keys.Order(StringComparer.Ordinal)];
            steps.Add(free);
            foreach (var name in free)
                left.Remove(name);
        }

        return steps;
    }

    private static List<string>? CircleFrom(string from, string at, IReadOnlyDictionary<string, AppSpec> apps, HashSet<string> seen)
    {
        foreach (var next in apps.GetValueOrDefault(at)?.DependsOn ?? [])
        {
            if (next.App == from)
                return [at, from];
            if (seen.Add(next.App) && CircleFrom(from, next.App, apps, seen) is { } rest)
                return [at, .. rest];
        }

        return null;
    }
}
