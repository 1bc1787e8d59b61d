using System.Text;
using System.Text.RegularExpressions;
using Pharos.Logs.Records;

namespace Pharos.Logs.History;

/// <summary>Which lines somebody wants to see.</summary>
public sealed class LogFilter
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    /// <summary>Not older, Unix nanoseconds; null: any age.</summary>
    public long? Since { get; init; }

    /// <summary>Older than this, Unix nanoseconds; null: up to now.</summary>
    public long? Until { get; init; }

    /// <summary>Least severity, OTLP's number; 0: all. A line that declares none is left out when there is a least one.</summary>
    public int Level { get; init; }

    /// <summary>What the line has to match; null: anything.</summary>
    public Regex? Grep { get; init; }

    /// <summary>Lines are looked at, not only counted.</summary>
    public bool LooksInside => Level > 0 || Grep is not null;

    /// <summary>A pattern that takes time in proportion to the line, whatever it is: no backreferences, no lookarounds.</summary>
    /// <param name="pattern">A regular expression.</param>
    /// <param name="ignoreCase">Case does not matter.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="ArgumentException">It is not one, or needs what is not supported; the message says what.</exception>
    public static Regex Compile(string pattern, bool ignoreCase)
    {
        try
        {
            return new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : 0), MatchLimit);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException("backreferences, lookarounds and atomic groups are not supported", e);
        }
    }

    /// <summary>Whether a line is wanted.</summary>
    /// <param name="unixNanos">Its time; 0: unknown, and then it counts as within the range.</param>
    /// <param name="line">Its bytes.</param>
    /// <returns>True when it is.</returns>
    public bool Wants(long unixNanos, ReadOnlySpan<byte> line)
    {
        if (unixNanos != 0 && (unixNanos < Since || unixNanos >= Until))
            return false;
        if (!LooksInside)
            return true;
        var clean = PlainText.Clean(line);
        if (Level > 0 && SeverityParser.Parse(clean).Number < Level)
            return false;
        try
        {
            return Grep is null || Grep.IsMatch(Encoding.UTF8.GetString(clean));
        }
        catch (RegexMatchTimeoutException)
        {
            return true; // better a line too many
        }
    }
}
