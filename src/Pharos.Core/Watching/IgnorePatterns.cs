namespace Pharos.Core.Watching;

/// <summary>Patterns of files to pass over, as gitignore(5) has them. Immutable.</summary>
/// <remarks>The last pattern that matches decides; what lies in a folder that is passed over cannot be taken back. Held against git itself by a test.</remarks>
public sealed class IgnorePatterns
{
    private readonly List<Rule> _rules = [];

    /// <param name="lines">One pattern each; comments, blank lines and patterns that can match nothing are skipped.</param>
    public IgnorePatterns(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (Read(line) is { } rule)
                _rules.Add(rule);
        }
    }

    /// <summary>Whether a file or folder is passed over.</summary>
    /// <param name="path">Relative to the folder that the patterns are for, with slashes, none at the ends.</param>
    /// <param name="isFolder">It is a folder.</param>
    public bool IsIgnored(string path, bool isFolder)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (Decide(path.AsSpan(0, slash), isFolder: true))
                return true;
        }

        return Decide(path, isFolder);
    }

    private bool Decide(ReadOnlySpan<char> path, bool isFolder)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        for (var i = _rules.Count - 1; i >= 0; i--)
        {
            var rule = _rules[i];
            if ((isFolder || !rule.FoldersOnly) && rule.Pattern.Matches(rule.NameOnly ? name : path))
                return !rule.TakesBack;
        }

        return false;
    }

    private static Rule? Read(string line)
    {
        if (line.StartsWith('#'))
            return null;
        var text = WithoutTrailingBlanks(line);
        var takesBack = text.StartsWith('!');
        if (takesBack)
            text = text[1..];
        var foldersOnly = text.EndsWith('/');
        if (foldersOnly)
            text = text[..^1];
        var nameOnly = !text.Contains('/');
        if (text.StartsWith('/'))
            text = text[1..];
        return text.Length > 0 && GlobPattern.TryParse(text) is { } pattern ? new Rule(pattern, takesBack, foldersOnly, nameOnly) : null;
    }

    /// <summary>A blank behind a backslash stays.</summary>
    private static string WithoutTrailingBlanks(string line)
    {
        var end = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length)
                end = ++i + 1;
            else if (line[i] != ' ')
                end = i + 1;
        }

        return line[..end];
    }

    private sealed record Rule(GlobPattern Pattern, bool TakesBack, bool FoldersOnly, bool NameOnly);
}
