using System.Text.RegularExpressions;
using Pharos.Core.Identity;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Operations;

/// <summary>Whose output somebody wants: several apps or instances, patterns of names, a namespace. Apps that are declared later count too.</summary>
public sealed class LogSelection
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);
    private readonly ProcessSupervisor _supervisor;
    private readonly string[] _words;
    private readonly Regex[] _patterns;
    private readonly string? _namespace;

    private LogSelection(ProcessSupervisor supervisor, string[] words, Regex[] patterns, string? ns) =>
        (_supervisor, _words, _patterns, _namespace) = (supervisor, words, patterns, ns);

    /// <summary>The instances that there are now.</summary>
    public IReadOnlyList<InstanceActor> Actors => [.. _supervisor.Actors.Where(a => Matches(a.Snapshot.Key))];

    /// <summary>Every app is meant.</summary>
    public bool IsAll => _words is [Selection.All] && _namespace is null;

    /// <summary>Reads what was asked for.</summary>
    /// <param name="supervisor">All apps.</param>
    /// <param name="selectors">all, APP, APP:INDEX or /REGEX/; none: all.</param>
    /// <param name="ns">A namespace; null or empty: any.</param>
    /// <param name="selection">What it means.</param>
    /// <returns>Null, or why it means nothing.</returns>
    public static OperationRefused? Read(ProcessSupervisor supervisor, IReadOnlyList<string> selectors, string? ns, out LogSelection selection)
    {
        List<string> words = [];
        List<Regex> patterns = [];
        selection = new(supervisor, [], [], null);
        foreach (var selector in selectors.Count == 0 ? [Selection.All] : selectors)
        {
            if (selector is not ['/', .. var pattern, '/'])
            {
                if (supervisor.Select(selector, out _) is { } refused)
                    return refused;
                words.Add(selector);
                continue;
            }

            try
            {
                patterns.Add(new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchLimit));
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                return new(Refusal.Invalid, $"'{selector}' is not a regular expression that can be used here: {e.Message}");
            }
        }

        selection = new(supervisor, [.. words], [.. patterns], string.IsNullOrEmpty(ns) ? null : ns);
        if (selection.Actors.Count > 0 || selection.IsAll)
            return null;
        return new(Refusal.NotFound, selection._namespace is null
            ? $"no app matches {string.Join(", ", selectors)}"
            : $"no such app in namespace '{selection._namespace}'; there are: {string.Join(", ", supervisor.Apps.Values.Select(a => a.Spec.Namespace).Distinct().Take(10))}");
    }

    /// <summary>Whether an instance is meant.</summary>
    /// <param name="key">The instance.</param>
    /// <returns>True when it is.</returns>
    public bool Matches(InstanceKey key) =>
        (_words.Any(w => Selection.Matches(w, key)) || _patterns.Any(p => p.IsMatch(key.App)))
        && (_namespace is null || (_supervisor.Apps.GetValueOrDefault(key.App)?.Spec.Namespace == _namespace));
}
