using System.Text;

namespace Pharos.Logs.Records.Masking;

/// <summary>Numbers of payment cards: a known issuer's prefix and length, and Luhn's check digit; digits together or in groups.</summary>
internal static class CardNumbers
{
    private const int Shortest = 13, Longest = 19;

    /// <summary>Finds the first.</summary>
    /// <returns>Where and how long; length 0: none.</returns>
    public static (int At, int Length) Find(ReadOnlySpan<char> text)
    {
        for (var at = 0; text.Length - at >= Shortest;)
        {
            var first = text[at..].IndexOfAnyInRange('0', '9');
            if (first < 0)
                return default;
            at += first;
            var (end, digits) = Run(text, at);
            if (digits is >= Shortest and <= Longest && Alone(text, at, end) && IsCard(text[at..end], digits))
                return (at, end - at);
            at = end;
        }

        return default;
    }

    public static string Mask(string text)
    {
        var (at, length) = Find(text);
        if (length == 0)
            return text;
        var masked = new StringBuilder();
        var from = 0;
        for (; length > 0; (at, length) = Find(text.AsSpan(from)))
        {
            masked.Append(text, from, at).Append(Redactor.Mask);
            from += at + length;
        }

        return masked.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>A run of digits, single blanks or dashes between groups of three digits at least.</summary>
    private static (int End, int Digits) Run(ReadOnlySpan<char> text, int at)
    {
        var (end, digits, group, separator) = (at, 0, 0, '\0');
        for (var i = at; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                (end, digits, group) = (i + 1, digits + 1, group + 1);
            }
            else if (c is ' ' or '-' && group >= 3 && (separator == '\0' || separator == c) && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]))
            {
                (group, separator) = (0, c);
            }
            else
            {
                break;
            }
        }

        return (end, digits);
    }

    /// <summary>Part of a longer word, of a number with a fraction or of an id it is none.</summary>
    private static bool Alone(ReadOnlySpan<char> text, int at, int end)
    {
        var before = at > 0 ? text[at - 1] : ' ';
        var after = end < text.Length ? text[end] : ' ';
        var fraction = after == '.' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]);
        return !char.IsLetterOrDigit(before) && !char.IsLetterOrDigit(after) && before is not ('.' or '_' or '-' or '/' or '#') && after is not ('_' or '-' or '/') && !fraction;
    }

    private static bool IsCard(ReadOnlySpan<char> text, int count)
    {
        Span<int> digits = stackalloc int[count];
        var i = 0;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
                digits[i++] = c - '0';
        }

        return IsIssued(digits) && Luhn(digits);
    }

    private static bool IsIssued(ReadOnlySpan<int> d)
    {
        var two = (d[0] * 10) + d[1];
        var four = (two * 100) + (d[2] * 10) + d[3];
        return d.Length switch
        {
            13 => d[0] == 4,
            14 => two is 36 or 38 or 39 || four is >= 3000 and <= 3059,
            15 => two is 34 or 37,
            16 => d[0] == 4 || two is >= 51 and <= 55 or 62 or 65 || four is 6011 or (>= 2221 and <= 2720) or (>= 6440 and <= 6499) or (>= 3528 and <= 3589),
            19 => d[0] == 4 || two == 62,
            _ => false,
        };
    }

    private static bool Luhn(ReadOnlySpan<int> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[digits.Length - 1 - i];
            if (i % 2 == 1)
                digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return sum % 10 == 0;
    }
}
