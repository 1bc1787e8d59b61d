namespace Pharos.Core.Watching;

/// <summary>What stands between brackets in a pattern: <c>[a-z_]</c>, <c>[!0-9]</c>, <c>[[:alpha:]]</c>, glob(7).</summary>
internal sealed class CharacterSet
{
    private readonly List<(char From, char To)> _ranges = [];
    private readonly List<Func<char, bool>> _classes = [];
    private bool _negated;

    /// <summary>Reads a set.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="at">Where its opening bracket is; moved to the closing one.</param>
    /// <returns>Null when it is not closed, or names a class that there is not.</returns>
    internal static CharacterSet? TryParse(string text, ref int at)
    {
        var set = new CharacterSet();
        var i = at + 1;
        if (i < text.Length && text[i] is '!' or '^')
        {
            set._negated = true;
            i++;
        }

        // A closing bracket that comes first is a member.
        for (var first = true; i < text.Length; first = false)
        {
            if (text[i] == ']' && !first)
            {
                at = i;
                return set;
            }

            if (text[i] == '[' && i + 1 < text.Length && text[i + 1] == ':' && text.IndexOf(']', i + 2) is > 0 and var end && text[end - 1] == ':' && end - 1 > i + 1)
            {
                if (ClassOf(text[(i + 2)..(end - 1)]) is not { } named)
                    return null;
                set._classes.Add(named);
                i = end + 1;
                continue;
            }

            if (!TryMember(text, ref i, out var from))
                return null;
            var to = from;
            if (i + 1 < text.Length && text[i] == '-' && text[i + 1] != ']')
            {
                i++;
                if (!TryMember(text, ref i, out to))
                    return null;
            }

            set._ranges.Add((from, to));
        }

        return null;
    }

    /// <summary>Whether a character is one of it.</summary>
    internal bool Contains(char c) => (_ranges.Exists(r => c >= r.From && c <= r.To) || _classes.Exists(f => f(c))) != _negated;

    private static bool TryMember(string text, ref int i, out char member)
    {
        member = '\0';
        if (text[i] == '\\' && ++i == text.Length)
            return false;
        member = text[i++];
        return true;
    }

    private static Func<char, bool>? ClassOf(string name) => name switch
    {
        "alnum" => char.IsAsciiLetterOrDigit,
        "alpha" => char.IsAsciiLetter,
        "blank" => static c => c is ' ' or '\t',
        "cntrl" => static c => c is < ' ' or '\x7f',
        "digit" => char.IsAsciiDigit,
        "graph" => static c => c is > ' ' and < '\x7f',
        "lower" => char.IsAsciiLetterLower,
        "print" => static c => c is >= ' ' and < '\x7f',
        "punct" => static c => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c),
        "space" => static c => c is ' ' or (>= '\t' and <= '\r'),
        "upper" => char.IsAsciiLetterUpper,
        "xdigit" => char.IsAsciiHexDigit,
        _ => null,
    };
}
