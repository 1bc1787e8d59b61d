using System.Text;
using Pharos.Logs.Records;
using Pharos.Logs.Store;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.History;

/// <summary>One kind of error.</summary>
public sealed class ErrorGroup
{
    internal ErrorGroup(string app, string fingerprint, string severity) => (App, Fingerprint, Severity) = (app, fingerprint, severity);

    /// <summary>The app.</summary>
    public string App { get; }

    /// <summary>What is the same in every case.</summary>
    public string Fingerprint { get; }

    /// <summary>error or fatal, or what was asked for.</summary>
    public string Severity { get; }

    /// <summary>How often it came.</summary>
    public long Count { get; internal set; }

    /// <summary>When first, Unix nanoseconds.</summary>
    public long FirstUnixNanos { get; internal set; }

    /// <summary>When last, Unix nanoseconds.</summary>
    public long LastUnixNanos { get; internal set; }

    /// <summary>The instance of the last case.</summary>
    public int LastIndex { get; internal set; }

    /// <summary>The last case, its stack trace included.</summary>
    public string Example { get; internal set; } = "";

    /// <summary>Its trace; null: it names none.</summary>
    public string? TraceId { get; internal set; }
}

/// <summary>Errors by their kind. Lines that continue an error (stack traces) belong to it. Bounded in kinds and in the length of examples.</summary>
public sealed class ErrorGroups
{
    private const int MostGroups = 5_000;
    private const int MostExampleLines = 12;
    private const int MostExampleChars = 4_000;
    private readonly int _level;
    private readonly Dictionary<(string App, string Fingerprint), ErrorGroup> _groups = [];
    private readonly Dictionary<LogSource, (ErrorGroup Group, int Lines)> _open = [];

    /// <param name="level">Least severity, OTLP's number.</param>
    public ErrorGroups(int level) => _level = level;

    /// <summary>Errors whose kind had no room.</summary>
    public long Others { get; private set; }

    /// <summary>The kinds, the most frequent first.</summary>
    public IReadOnlyList<ErrorGroup> Groups => [.. _groups.Values.OrderByDescending(g => g.Count).ThenByDescending(g => g.LastUnixNanos)];

    /// <summary>Takes a line, in the order of its stream.</summary>
    /// <param name="line">The line.</param>
    public void Add(HistoryLine line)
    {
        var clean = PlainText.Clean(line.Bytes.Span);
        var text = Encoding.UTF8.GetString(clean);
        var severity = line.Part > 1 ? 0 : SeverityParser.Parse(clean).Number;
        if (_open.TryGetValue(line.Source, out var open) && (IsOfStack(text) || (severity == 0 && IsExceptionName(text))))
        {
            if (open.Lines < MostExampleLines && open.Group.Example.Length < MostExampleChars)
                open.Group.Example += "\n" + text;
            open.Group.TraceId ??= LineFields.Of(text).TraceId;
            _open[line.Source] = (open.Group, open.Lines + 1);
            return;
        }

        _open.Remove(line.Source);
        // What nobody gives a severity and yet is an error in every language: an exception that nobody caught.
        if (severity == 0 && line.Source.Stderr && LooksUncaught(text))
            severity = Severity.Error;
        if (severity < _level || severity == 0)
            return;
        var key = (line.Source.App, Fingerprint.Normalize(LineFields.Of(text).Message ?? text));
        if (!_groups.TryGetValue(key, out var group))
        {
            if (_groups.Count >= MostGroups)
            {
                Others++;
                return;
            }

            _groups[key] = group = new(key.App, key.Item2, Severity.Band(severity)) { FirstUnixNanos = line.UnixNanos };
        }

        group.Count++;
        (group.LastUnixNanos, group.LastIndex) = (line.UnixNanos, line.Source.Index);
        group.Example = text.Length > MostExampleChars ? text[..MostExampleChars] + "…" : text;
        group.TraceId = LineFields.Of(text).TraceId ?? group.TraceId;
        _open[line.Source] = (group, 1);
    }

    /// <summary>A line of a stack trace, in the languages that there are; "Caused by: Error: …" is one although it names a level.</summary>
    private static bool IsOfStack(string text) =>
        text.Length == 0 || text[0] is ' ' or '\t' or '}'
        || StartsWithAny(text, "Caused by", "Suppressed:", "During handling", "The above exception", "goroutine ", "--- ", "---> ", "... ", "Node.js v", "#0", "#1", "#2", "#3", "#4");

    private static bool LooksUncaught(string text) =>
        StartsWithAny(text, "Traceback (most recent call last)", "Unhandled exception", "Exception in thread", "panic: ", "Uncaught ", "PHP Fatal error", "fatal error: ") || IsExceptionName(text);

    /// <summary><c>TypeError: …</c>, <c>java.lang.IllegalStateException: …</c>: one word that ends in Error or Exception, and a colon or the end.</summary>
    private static bool IsExceptionName(string text)
    {
        var colon = text.IndexOf(':');
        var name = colon < 0 ? text.AsSpan() : text.AsSpan(0, colon);
        return name.Length is > 4 and < 120 && !name.Contains(' ') && (name.EndsWith("Error") || name.EndsWith("Exception"));
    }

    private static bool StartsWithAny(string text, params ReadOnlySpan<string> beginnings)
    {
        foreach (var beginning in beginnings)
        {
            if (text.StartsWith(beginning, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
