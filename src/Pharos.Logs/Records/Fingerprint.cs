using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pharos.Logs.Records;

/// <summary>What makes two errors the same: the message without what differs from time to time, and where it came from.</summary>
public static partial class Fingerprint
{
    private const int MostFrames = 3;
    private const int LongestLine = 1024;
    private const int Patience = 1000; // milliseconds; a match takes microseconds, and the machine may be busy
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>The fingerprint of a record.</summary>
    /// <param name="body">Body of the record, several lines too.</param>
    /// <param name="message">The message inside a structured line; null: the body is the message.</param>
    /// <param name="stack">A stack trace that is an attribute; null: none.</param>
    /// <returns>16 hex digits.</returns>
    public static string Of(string body, string? message = null, string? stack = null)
    {
        var lines = body.Split('\n');
        var hash = 14695981039346656037UL;
        Add(ref hash, Normalize(message ?? lines[0]));
        foreach (var frame in (stack?.Split('\n') ?? lines[1..]).Where(IsFrame).Take(MostFrames))
            Add(ref hash, Normalize(frame.Trim()));
        // A Python trace ends with what it is about.
        if (lines.Length > 1 && lines[0].StartsWith("Traceback", StringComparison.Ordinal) && lines[^1].Length > 0)
            Add(ref hash, Normalize(lines[^1]));
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>A line without what differs from time to time.</summary>
    /// <param name="line">The line.</param>
    /// <returns>Times, numbers, hex, uuids, addresses, paths and quoted texts replaced by what they are.</returns>
    public static string Normalize(string line)
    {
        if (line.Length > LongestLine)
            line = line[..LongestLine];
        try
        {
            line = Time().Replace(line, "<time>");
            line = Uuid().Replace(line, "<uuid>");
            line = Quoted().Replace(line, "<text>");
            line = Url().Replace(line, "<url>");
            line = FilePath().Replace(line, m => m.Groups["file"].Value);
            line = HexNumber().Replace(line, "<hex>");
            line = Number().Replace(line, "<n>");
            return Blanks().Replace(line, " ").Trim();
        }
        catch (RegexMatchTimeoutException)
        {
            return line; // ignoring: two errors that are the same are counted apart
        }
    }

    private static bool IsFrame(string line)
    {
        var text = line.AsSpan().TrimStart();
        return text.StartsWith("at ") || text.StartsWith("File \"") || text.StartsWith("from ") || (line.StartsWith('\t') && text.Contains(".go:", StringComparison.Ordinal)) || (text.StartsWith("#") && text.Length > 1 && char.IsAsciiDigit(text[1]));
    }

    private static void Add(ref ulong hash, string text)
    {
        foreach (var b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * 1099511628211UL;
        hash = (hash ^ 0xFF) * 1099511628211UL;
    }

    [GeneratedRegex(@"\d{4}[-/]\d{2}[-/]\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z| ?[+-]\d{2}:?\d{2})?)?|(?<!\d)\d{2}:\d{2}:\d{2}([.,]\d+)?", Options, Patience)]
    private static partial Regex Time();

    [GeneratedRegex(@"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", Options, Patience)]
    private static partial Regex Uuid();

    [GeneratedRegex("\"[^\"]{0,512}\"|(?<![A-Za-z])'[^']{0,512}'(?![A-Za-z])|`[^`]{0,512}`", Options, Patience)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"[a-z][a-z0-9+.-]{1,20}://[^\s""'<>)]+", Options, Patience)]
    private static partial Regex Url();

    [GeneratedRegex(@"(?<![A-Za-z0-9])/([\w.@+~-]+/)+(?<file>[\w.@+~-]+)", Options, Patience)]
    private static partial Regex FilePath();

    [GeneratedRegex(@"0x[0-9a-fA-F]+|(?<![0-9A-Za-z])(?=[0-9a-fA-F]*[0-9])[0-9a-fA-F]{8,}(?![0-9A-Za-z])", Options, Patience)]
    private static partial Regex HexNumber();

    [GeneratedRegex(@"\d+([.,]\d+)*", Options, Patience)]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+", Options, Patience)]
    private static partial Regex Blanks();
}
