using System.Buffers;
using System.Text;

namespace Pharos.Logs.History;

/// <summary>What is the same in every case of an error: its text without numbers, ids, paths, times and quoted values.</summary>
public static class ErrorFingerprint
{
    private const int MostChars = 200;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>The kind of an error.</summary>
    /// <param name="line">Its first line, clean text.</param>
    /// <returns>A text that is equal for errors of one kind.</returns>
    public static string Of(string line)
    {
        var kind = new StringBuilder(Math.Min(line.Length, MostChars));
        for (var i = 0; i < line.Length && kind.Length < MostChars;)
        {
            var c = line[i];
            if (c is '"' or '\'' or '`' && Closing(line, i) is > 0 and var end)
            {
                kind.Append('…');
                i = end + 1;
            }
            else if (char.IsAsciiLetterOrDigit(c) || c is '/' or '_')
            {
                var word = Word(line, i);
                kind.Append(IsValue(line.AsSpan(i, word)) ? "*" : line.AsSpan(i, word));
                i += word;
            }
            else
            {
                if (!char.IsWhiteSpace(c))
                    kind.Append(c);
                else if (kind.Length > 0 && kind[^1] != ' ')
                    kind.Append(' ');
                i++;
            }
        }

        // 10:14:56.123 and 2026-11-25 are several values with signs between them: one is as good as all.
        var text = kind.ToString().Trim();
        for (var before = ""; before != text;)
        {
            before = text;
            foreach (var sign in (string[])["*:*", "*.*", "*-*", "*,*", "**", "* *"])
                text = text.Replace(sign, "*", StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>Where the quotation ends that begins at <paramref name="at"/>; an apostrophe within a word begins none.</summary>
    private static int Closing(string line, int at)
    {
        if (at > 0 && char.IsLetterOrDigit(line[at - 1]))
            return -1;
        return line.IndexOf(line[at], at + 1);
    }

    private static int Word(string line, int at)
    {
        var end = at;
        while (end < line.Length && (char.IsLetterOrDigit(line[end]) || line[end] is '_' or '/' || (line[end] == '-' && IsUuid(line, at))))
            end++;
        return Math.Max(1, end - at);
    }

    private static bool IsUuid(string line, int at) => at + 36 <= line.Length && Guid.TryParseExact(line.AsSpan(at, 36), "D", out _);

    /// <summary>A number (with a unit), hexadecimal digits, a path, an id: a word with a digit in it that is longer than a name with a version.</summary>
    private static bool IsValue(ReadOnlySpan<char> word)
    {
        if (word.Contains('/') || char.IsAsciiDigit(word[0]))
            return true;
        var digits = 0;
        foreach (var c in word)
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        return digits >= 4 || (word.Length >= 8 && digits > 0 && !word.ContainsAnyExcept(HexDigits));
    }
}
