using System.Buffers;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.Records;

/// <summary>Level words in a line for people, among its first bytes.</summary>
public static partial class SeverityParser
{
    private static readonly SearchValues<byte> Marks = SearchValues.Create("[]:|"u8);

    /// <summary>A level word in brackets, or followed by a colon or a bar, or as a word in capitals behind a time or at the very front.</summary>
    private static int Marked(ReadOnlySpan<byte> text, out int at, out int length)
    {
        (at, length) = (0, 0);
        var head = text[..Math.Min(text.Length, Head)];
        var upper = head[0] is >= (byte)'A' and <= (byte)'Z';
        if (upper && IsGlog(text))
        {
            length = 1;
            return head[0] switch { (byte)'I' => Severity.Info, (byte)'W' => Severity.Warn, (byte)'E' => Severity.Error, _ => Severity.Fatal };
        }

        // Capitals count behind a time or a bracket only, and as the first word: the usual line of words is done here.
        var anywhere = char.IsAsciiDigit((char)head[0]) || head[0] == (byte)'[';
        if (!anywhere && head.IndexOfAny(Marks) < 0)
        {
            if (!upper)
                return 0;
            var end = WordEnd(head, 0);
            length = end;
            return (end == head.Length || head[end] == (byte)' ') && IsCapitals(head[..end]) ? Word(head[..end]) : 0;
        }

        for (var i = 0; i < head.Length; i++)
        {
            if (!char.IsAsciiLetter((char)head[i]) || (i > 0 && char.IsAsciiLetterOrDigit((char)head[i - 1])))
                continue;
            var end = WordEnd(head, i);
            var word = head[i..end];
            if (word.Length is >= 3 and <= 11 && IsMarked(head, i, end, anywhere) && Word(word) is > 0 and var number)
            {
                (at, length) = (i, word.Length);
                return number;
            }

            i = end;
        }

        return 0;
    }

    private static bool IsMarked(ReadOnlySpan<byte> head, int start, int end, bool anywhere)
    {
        var after = end < head.Length ? head[end] : (byte)0;
        var opens = start > 0 && head[start - 1] == (byte)'[';
        return after switch
        {
            (byte)']' => opens || (start > 0 && head[start - 1] == (byte)':' && head[0] == (byte)'[') || (anywhere && IsCapitals(head[start..end])),
            (byte)':' => opens || !FollowsWord(head[..start]),
            (byte)'|' => start == 0,
            (byte)' ' or 0 => (start == 0 || anywhere) && IsCapitals(head[start..end]),
            _ => false,
        };
    }

    private static int WordEnd(ReadOnlySpan<byte> head, int at)
    {
        while (at < head.Length && char.IsAsciiLetter((char)head[at]))
            at++;
        return at;
    }

    private static bool IsCapitals(ReadOnlySpan<byte> word) => word.IndexOfAnyInRange((byte)'a', (byte)'z') < 0;

    /// <summary>Whether what stands before ends in a word of a sentence: "no error: all is well" declares nothing. The Z of a time is no word.</summary>
    private static bool FollowsWord(ReadOnlySpan<byte> before)
    {
        before = before.TrimEnd((byte)' ');
        return before.Length > 0 && char.IsAsciiLetter((char)before[^1])
            && !(before[^1] == (byte)'Z' && before.Length > 1 && char.IsAsciiDigit((char)before[^2]));
    }
}
