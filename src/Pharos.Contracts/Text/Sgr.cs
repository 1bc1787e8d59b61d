namespace Pharos.Contracts.Text;

/// <summary>
/// The few colours in use (ECMA-48 SGR). Only the eight of the terminal's own palette, never a background: whoever has a light
/// terminal has chosen eight that can be read on it.
/// </summary>
public static class Sgr
{
    /// <summary>Bold.</summary>
    public const string Bold = "1";

    /// <summary>Less than usual.</summary>
    public const string Dim = "2";

    /// <summary>Foreground and background swapped.</summary>
    public const string Reverse = "7";

    /// <summary>Something is wrong.</summary>
    public const string Red = "31";

    /// <summary>All is well.</summary>
    public const string Green = "32";

    /// <summary>Something goes on.</summary>
    public const string Yellow = "33";

    /// <summary>Blue.</summary>
    public const string Blue = "34";

    /// <summary>Magenta.</summary>
    public const string Magenta = "35";

    /// <summary>Cyan.</summary>
    public const string Cyan = "36";

    /// <summary>Wraps text in a colour.</summary>
    /// <param name="text">The text.</param>
    /// <param name="code">One of the constants; null: none.</param>
    /// <param name="color">False: the text as it is.</param>
    public static string Paint(string text, string? code, bool color = true) =>
        color && code is not null && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
