using System.Text;
using Pharos.Logs.Records.Fields;

namespace Pharos.Logs.Records.Formats;

/// <summary>NocoBase's columns between bars. Which they are follows from how many there are; only a message with a bar in it has quotes, and <c>\"</c> for a quote.</summary>
internal static class DelimiterLine
{
    private const int MostColumns = 20;

    private static readonly string[][] Layouts =
    [
        ["level", "message", "extra", "stack", "meta", "module", "submodule", "method", "app", "reqId", "dataSourceKey", "timestamp"],
        ["level", "message", "method", "path", "res", "action", "userId", "username", "status", "cost", "app", "reqId", "bodySize", "timestamp"],
        ["level", "message", "method", "path", "req", "app", "reqId", "timestamp"],
        ["level", "message", "app", "reqId", "executeTime", "timestamp"],
        ["level", "message", "app", "reqId", "timestamp"],
    ];

    /// <summary>Reads the fields.</summary>
    /// <returns>False when the columns are none of NocoBase's: nothing was taken then.</returns>
    public static bool Read(ReadOnlySpan<byte> line, RecordFields fields, Timestamps times)
    {
        var bar = line.IndexOf((byte)'|');
        if (bar is < 3 or > 11 || SeverityParser.Word(line[..bar]) == 0)
            return false;
        Span<Range> columns = stackalloc Range[MostColumns];
        var count = Split(line, columns);
        if (count < 4)
            return false;
        if (Layout(line[..columns[0].End.Value], count) is not { } layout || !times.TryParse(line[columns[count - 1]], out var nanos, out _))
            return false;
        fields.TimeUnixNanos = nanos;
        for (var i = 1; i < count - 1; i++)
        {
            var value = line[columns[i]];
            if (value.Length > 1 && value[0] == (byte)'"' && value[^1] == (byte)'"')
                fields.Take(layout[i], Encoding.UTF8.GetString(value[1..^1]).Replace("\\\"", "\"", StringComparison.Ordinal), times);
            else if (!value.SequenceEqual("{}"u8))
                fields.Take(layout[i], i == 1 ? Encoding.UTF8.GetString(value) : LogfmtLine.Plain(value), times);
        }

        return true;
    }

    private static string[]? Layout(ReadOnlySpan<byte> level, int count) => level.IsEmpty ? null : Array.Find(Layouts, l => l.Length == count);

    private static int Split(ReadOnlySpan<byte> line, Span<Range> columns)
    {
        var count = 0;
        for (var at = 0; count < columns.Length; count++)
        {
            var end = at < line.Length && line[at] == (byte)'"' ? Quoted(line, at) : -1;
            if (end < 0)
                end = line[at..].IndexOf((byte)'|') is >= 0 and var bar ? at + bar : line.Length;
            columns[count] = at..end;
            if (end >= line.Length)
                return count + 1;
            at = end + 1;
        }

        return 0;
    }

    /// <summary>Where a quoted column ends.</summary>
    /// <returns>-1: it is not quoted after all.</returns>
    private static int Quoted(ReadOnlySpan<byte> line, int at)
    {
        for (var i = at + 1; i < line.Length; i++)
        {
            if (line[i] == (byte)'\\')
                i++;
            else if (line[i] == (byte)'"')
                return i + 1 == line.Length || line[i + 1] == (byte)'|' ? i + 1 : -1;
        }

        return -1;
    }
}
