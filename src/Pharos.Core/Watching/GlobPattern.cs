namespace Pharos.Core.Watching;

/// <summary>One pattern of gitignore(5), without its marks at the ends: <c>*</c>, <c>?</c>, <c>[…]</c>, <c>**</c> between slashes, <c>\</c>.</summary>
/// <remarks>All ways to match are followed side by side, so the time is bounded by the lengths of pattern and path, whatever the pattern.</remarks>
internal sealed class GlobPattern
{
    private readonly List<Token> _tokens;

    private GlobPattern(List<Token> tokens) => _tokens = tokens;

    private enum Kind
    {
        /// <summary>Itself.</summary>
        Literal,

        /// <summary>One character of a folder's or file's name.</summary>
        Any,

        /// <summary>One of a set.</summary>
        Class,

        /// <summary>Any part of a name.</summary>
        Star,

        /// <summary>Any number of whole folders, each with its slash.</summary>
        Folders,

        /// <summary>Inside a folder that <see cref="Folders"/> goes through.</summary>
        Inside,

        /// <summary>Whatever is left, slashes too.</summary>
        Rest,
    }

    /// <summary>Reads a pattern.</summary>
    /// <returns>Null when it can match nothing: a set that is not closed, a backslash at the end.</returns>
    internal static GlobPattern? TryParse(string text)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when i + 1 == text.Length:
                    return null;
                case '\\':
                    tokens.Add(new Token(Kind.Literal, text[++i]));
                    break;
                case '?':
                    tokens.Add(new Token(Kind.Any));
                    break;
                case '[' when CharacterSet.TryParse(text, ref i) is { } set:
                    tokens.Add(new Token(Kind.Class, Set: set));
                    break;
                case '[':
                    return null;
                case '*':
                    i = Stars(text, i, tokens);
                    break;
                default:
                    tokens.Add(new Token(Kind.Literal, text[i]));
                    break;
            }
        }

        return new GlobPattern(tokens);
    }

    /// <summary>Whether a whole path is as the pattern says.</summary>
    internal bool Matches(ReadOnlySpan<char> path)
    {
        var states = _tokens.Count + 1;
        Span<bool> both = states <= 256 ? stackalloc bool[2 * states] : new bool[2 * states];
        var now = both[..states];
        var next = both[states..];
        Reach(now, 0);
        foreach (var c in path)
        {
            next.Clear();
            for (var at = 0; at < _tokens.Count; at++)
            {
                if (now[at])
                    Step(next, at, c);
            }

            var spare = now;
            now = next;
            next = spare;
        }

        return now[_tokens.Count];
    }

    /// <summary>Two or more stars mean folders where slashes or the ends are on both sides; elsewhere they are one star.</summary>
    private static int Stars(string text, int i, List<Token> tokens)
    {
        var end = i;
        while (end < text.Length && text[end] == '*')
            end++;
        var bounded = end - i >= 2 && (i == 0 || text[i - 1] == '/');
        if (bounded && end < text.Length && text[end] == '/')
        {
            tokens.Add(new Token(Kind.Folders));
            tokens.Add(new Token(Kind.Inside));
            return end;
        }

        tokens.Add(new Token(bounded && end == text.Length ? Kind.Rest : Kind.Star));
        return end - 1;
    }

    /// <summary>Stands at a token, and at those behind it that may be left out.</summary>
    private void Reach(Span<bool> states, int at)
    {
        states[at] = true;
        if (at == _tokens.Count)
            return;
        if (_tokens[at].Kind == Kind.Star)
            Reach(states, at + 1);
        else if (_tokens[at].Kind == Kind.Folders)
            Reach(states, at + 2);
    }

    private void Step(Span<bool> next, int at, char c)
    {
        var token = _tokens[at];
        switch (token.Kind)
        {
            case Kind.Literal when c == token.Char:
            case Kind.Any when c != '/':
            case Kind.Class when c != '/' && token.Set!.Contains(c):
                Reach(next, at + 1);
                break;
            case Kind.Star when c != '/':
                Reach(next, at);
                break;
            case Kind.Folders when c != '/':
                next[at + 1] = true;
                break;
            case Kind.Inside when c == '/':
                Reach(next, at - 1);
                break;
            case Kind.Inside:
                next[at] = true;
                break;
            case Kind.Rest:
                next[at] = true;
                Reach(next, at + 1);
                break;
            default:
                break;
        }
    }

    private readonly record struct Token(Kind Kind, char Char = '\0', CharacterSet? Set = null);
}
