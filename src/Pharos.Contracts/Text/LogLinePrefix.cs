using System.Globalization;

namespace Pharos.Contracts.Text;

/// <summary>What stands before each line of <c>pharos logs</c>: who said it, and where.</summary>
public static class LogLinePrefix
{
    // No red: that is stderr's.
    private static readonly string[] Colors = [Sgr.Green, Sgr.Yellow, Sgr.Blue, Sgr.Magenta, Sgr.Cyan];

    /// <summary><c>web:0 out │ </c>, with a colour of the app's own.</summary>
    /// <param name="app">App name.</param>
    /// <param name="index">Slot.</param>
    /// <param name="stderr">False: stdout.</param>
    /// <param name="nameWidth">Columns for name and slot, so that several apps stand in line; 0: as needed.</param>
    /// <param name="color">Whether colours are allowed.</param>
    public static string Render(string app, int index, bool stderr, int nameWidth, bool color)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{TerminalText.Clean(app)}:{index}");
        name += new string(' ', Math.Max(0, nameWidth - TerminalText.Width(name)));
        var stream = stderr ? Sgr.Paint("err", Sgr.Red, color) : "out";
        return $"{Sgr.Paint(name, ColorOf(app), color)} {stream} │ ";
    }

    /// <summary>An app keeps its colour, from one command to the next.</summary>
    /// <returns>An <see cref="Sgr"/> code.</returns>
    public static string ColorOf(string app)
    {
        var hash = 2166136261u; // FNV-1a: string.GetHashCode differs from run to run
        foreach (var c in app)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return Colors[(hash ^ (hash >> 16)) % (uint)Colors.Length];
    }
}
