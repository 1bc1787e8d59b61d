using System.Globalization;
using System.Text.RegularExpressions;

namespace Pharos.Pm2.Processes;

/// <summary>Which processes a word of the line means: a name, a namespace, a number, a script, <c>all</c> or <c>/regex/</c>.</summary>
internal static class Targets
{
    /// <summary>Every process.</summary>
    public const string All = "all";

    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    /// <summary>Finds them.</summary>
    /// <param name="list">What there is.</param>
    /// <param name="word">The word.</param>
    /// <param name="cwd">Where it was typed: a script may be meant.</param>
    /// <param name="fault">What PM2 says when there is none; null: there is at least one.</param>
    /// <param name="isWarning">Whether that is a warning only.</param>
    public static List<Pm2Process> Find(IReadOnlyList<Pm2Process> list, string word, string cwd, out string? fault, out bool isWarning)
    {
        fault = null;
        isWarning = false;
        if (word == All)
        {
            List<Pm2Process> all = [.. list.Where(p => !p.IsModule)];
            (fault, isWarning) = all.Count == 0 ? ("No process found", true) : (null, false);
            return all;
        }

        if (IsPattern(word))
        {
            var found = Matching(list, word);
            (fault, isWarning) = found.Count == 0 ? ("No process found", true) : (null, false);
            return found;
        }

        foreach (var found in Exact(list, word, cwd))
        {
            if (found.Count > 0)
                return found;
        }

        fault = int.TryParse(word, CultureInfo.InvariantCulture, out _) ? $"{word} : id unknown" : $"Process or Namespace {word} not found";
        return [];
    }

    /// <summary>Whether a word is a regular expression.</summary>
    public static bool IsPattern(string word) => word.Length > 2 && word[0] == '/' && word[^1] == '/';

    // In this order: a number may be a name, and a name may be a namespace.
    private static IEnumerable<List<Pm2Process>> Exact(IReadOnlyList<Pm2Process> list, string word, string cwd)
    {
        yield return [.. list.Where(p => p.Name == word)];
        yield return [.. list.Where(p => p.Namespace == word)];
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            yield return [.. list.Where(p => p.Number == number)];
        var script = Path.GetFullPath(word.Length == 0 ? "." : word, cwd);
        yield return [.. list.Where(p => p.Script == script)];
    }

    private static List<Pm2Process> Matching(IReadOnlyList<Pm2Process> list, string word)
    {
        try
        {
            // The words of a stranger's pattern: no backtracking, so that none runs for ever.
            var pattern = new Regex(word.Replace("/", ""), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, PatternLimit);
            return [.. list.Where(p => pattern.IsMatch(p.Name))];
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return [];
        }
    }
}
