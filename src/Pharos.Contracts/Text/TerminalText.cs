using System.Globalization;
using System.Text;

namespace Pharos.Contracts.Text;

/// <summary>Text as a terminal shows it: how many columns it takes, and how to cut it.</summary>
public static class TerminalText
{
    private const char Ellipsis = '…';

    // East Asian Wide and Fullwidth, and what has emoji presentation (Unicode 16, EastAsianWidth.txt): first and last of each range.
    private static readonly int[] Wide =
    [
        0x1100, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3, 0x25FD, 0x25FE, 0x2614, 0x2615,
        0x2630, 0x2637, 0x2648, 0x2653, 0x267F, 0x267F, 0x268A, 0x268F, 0x2693, 0x2693, 0x26A1, 0x26A1, 0x26AA, 0x26AB, 0x26BD, 0x26BE,
        0x26C4, 0x26C5, 0x26CE, 0x26CE, 0x26D4, 0x26D4, 0x26EA, 0x26EA, 0x26F2, 0x26F3, 0x26F5, 0x26F5, 0x26FA, 0x26FA, 0x26FD, 0x26FD,
        0x2705, 0x2705, 0x270A, 0x270B, 0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797,
        0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x2E80, 0x303E, 0x3041, 0x33FF, 0x3400, 0x4DBF,
        0x4DC0, 0xA4CF, 0xA960, 0xA97C, 0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE10, 0xFE19, 0xFE30, 0xFE6B, 0xFF01, 0xFF60, 0xFFE0, 0xFFE6,
        0x16FE0, 0x18D08, 0x1AFF0, 0x1B2FB, 0x1D300, 0x1D376, 0x1F004, 0x1F004, 0x1F0CF, 0x1F0CF, 0x1F18E, 0x1F18E, 0x1F191, 0x1F19A,
        0x1F200, 0x1F320, 0x1F32D, 0x1F335, 0x1F337, 0x1F37C, 0x1F37E, 0x1F393, 0x1F3A0, 0x1F3CA, 0x1F3CF, 0x1F3D3, 0x1F3E0, 0x1F3F0,
        0x1F3F4, 0x1F3F4, 0x1F3F8, 0x1F43E, 0x1F440, 0x1F440, 0x1F442, 0x1F4FC, 0x1F4FF, 0x1F53D, 0x1F54B, 0x1F54E, 0x1F550, 0x1F567,
        0x1F57A, 0x1F57A, 0x1F595, 0x1F596, 0x1F5A4, 0x1F5A4, 0x1F5FB, 0x1F64F, 0x1F680, 0x1F6C5, 0x1F6CC, 0x1F6CC, 0x1F6D0, 0x1F6D2,
        0x1F6D5, 0x1F6D7, 0x1F6DC, 0x1F6DF, 0x1F6EB, 0x1F6EC, 0x1F6F4, 0x1F6FC, 0x1F7E0, 0x1F7EB, 0x1F7F0, 0x1F7F0, 0x1F90C, 0x1F93A,
        0x1F93C, 0x1F945, 0x1F947, 0x1F9FF, 0x1FA70, 0x1FAF8, 0x20000, 0x2FFFD, 0x30000, 0x3FFFD,
    ];

    /// <summary>Columns that the text takes: 2 for wide characters, 0 for combining ones.</summary>
    /// <param name="text">Text without escape sequences.</param>
    public static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Width(rune);
        }

        return width;
    }

    /// <summary>Columns of one character.</summary>
    public static int Width(Rune rune)
    {
        if (rune.Value is >= 0x20 and < 0x7F)
        {
            return 1;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control => 0,
            _ => IsWide(rune.Value) ? 2 : 1,
        };
    }

    /// <summary>The text when it fits, else as much of its beginning as fits before a <c>…</c>.</summary>
    /// <param name="text">Text without escape sequences.</param>
    /// <param name="columns">Columns that there are.</param>
    public static string Cut(string text, int columns)
    {
        if (columns <= 0)
        {
            return "";
        }

        if (Width(text) <= columns)
        {
            return text;
        }

        var cut = new StringBuilder();
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (width + Width(rune) > columns - 1)
            {
                break;
            }

            width += Width(rune);
            cut.Append(rune.ToString());
        }

        return cut.Append(Ellipsis).ToString();
    }

    /// <summary>Exactly so many columns: cut, or filled with blanks.</summary>
    /// <param name="text">Text without escape sequences.</param>
    /// <param name="columns">Columns that there are.</param>
    /// <param name="right">Blanks go to the left.</param>
    public static string Fit(string text, int columns, bool right = false)
    {
        var cut = Cut(text, columns);
        var blanks = new string(' ', Math.Max(0, columns - Width(cut)));
        return right ? blanks + cut : cut + blanks;
    }

    /// <summary>
    /// Without escape sequences and control characters: what a program printed must not move the cursor of somebody who asks
    /// about it. A tab becomes blanks.
    /// </summary>
    public static string Clean(string text)
    {
        var needsWork = false;
        foreach (var c in text)
        {
            needsWork |= char.IsControl(c);
        }

        if (!needsWork)
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\e')
            {
                i = EndOfEscape(text, i);
            }
            else if (text[i] == '\t')
            {
                clean.Append(' ', 4);
            }
            else if (!char.IsControl(text[i]))
            {
                clean.Append(text[i]);
            }
        }

        return clean.ToString();
    }

    // ECMA-48: CSI ends with @..~, a string (OSC and its like) with BEL or ST, anything else is one character long.
    private static int EndOfEscape(string text, int escape)
    {
        var i = escape + 1;
        if (i >= text.Length)
        {
            return escape;
        }

        if (text[i] == '[')
        {
            do
            {
                i++;
            }
            while (i < text.Length && text[i] is < '@' or > '~');
            return i;
        }

        if (text[i] is ']' or 'P' or '_' or '^' or 'X')
        {
            while (i < text.Length && text[i] != '\a' && !(text[i] == '\\' && text[i - 1] == '\e'))
            {
                i++;
            }
        }

        return i;
    }

    private static bool IsWide(int value)
    {
        var (low, high) = (0, (Wide.Length / 2) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (value < Wide[middle * 2])
            {
                high = middle - 1;
            }
            else if (value > Wide[(middle * 2) + 1])
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
