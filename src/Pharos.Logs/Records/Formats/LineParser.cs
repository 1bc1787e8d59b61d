using Pharos.Core.Specs.Logs;
using Pharos.Logs.Records.Fields;

namespace Pharos.Logs.Records.Formats;

/// <summary>From a clean line to what it says besides itself. Never throws, whatever the bytes.</summary>
public static class LineParser
{
    /// <summary>Reads a line; of several lines that belong together, the first.</summary>
    /// <param name="line">Clean UTF-8.</param>
    /// <param name="parse">What it is taken for; what it is not is read as text.</param>
    /// <param name="times">Reads times.</param>
    /// <returns>The fields.</returns>
    public static RecordFields Parse(ReadOnlySpan<byte> line, LogParse parse, Timestamps times)
    {
        var fields = new RecordFields();
        if (line.IsEmpty || parse == LogParse.None)
            return fields;
        var understood = parse switch
        {
            LogParse.Json => JsonLine.Read(line, fields, times),
            LogParse.Logfmt => Logfmt(line, fields, times, LogfmtLine.KeyAt(line, 0) > 0),
            LogParse.Delimiter => DelimiterLine.Read(line, fields, times),
            LogParse.Syslog => SyslogLine.Read(line, fields, times, bare: true),
            LogParse.Console or LogParse.None => false,
            LogParse.Auto => Auto(line, fields, times),
        };
        if (!understood)
            TextLine.Read(line, fields, times);
        return fields;
    }

    private static bool Auto(ReadOnlySpan<byte> line, RecordFields fields, Timestamps times) => line[0] switch
    {
        (byte)'{' => JsonLine.Read(line, fields, times),
        (byte)'<' => SyslogLine.Read(line, fields, times, bare: false),
        _ => DelimiterLine.Read(line, fields, times) || Logfmt(line, fields, times, line.IndexOf((byte)'=') > 0 && LogfmtLine.Looks(line)),
    };

    private static bool Logfmt(ReadOnlySpan<byte> line, RecordFields fields, Timestamps times, bool looks)
    {
        if (looks)
            LogfmtLine.Read(line, fields, times);
        return looks;
    }
}
