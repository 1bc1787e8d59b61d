using System.Text;
using Pharos.Logs.Formats;
using Pharos.Logs.Store;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Formats;

public sealed class LineEncoderTests
{
    private const long At = 1_790_000_000_123_000_000;

    /// <summary>What an app printed: plain, JSON, logfmt, quotes and bars, colours, a tab, no UTF-8, an over-long line, a trace.</summary>
    private static readonly byte[] Printed =
    [
        .. "listening on http://0.0.0.0:3000\n"u8, .. "{\"level\":50,\"msg\":\"it \\\"broke\\\"\"}\n"u8, .. "level=warn msg=\"low on disk\" free=1%\n"u8, .. "a|b|c\n"u8, .. "\n"u8,
        .. "\u001b[31mERROR\u001b[0m in\tcolour\n"u8, .. "caf\u00e9 "u8, 0xE9, (byte)'\n', .. "0123456789012345678901234567890123456789012345678901234567890123456789\n"u8,
        .. "Error: no\n    at f (/app/x.js:1:2)\nlast words"u8,
    ];

    [Fact]
    public void Each_format_is_as_reviewed()
    {
        var text = new StringBuilder();
        foreach (var layout in Enum.GetValues<LogLayout>().Where(l => l != LogLayout.Verbatim))
        {
            var encoder = new LineEncoder(layout, new TimeFormat(layout is LogLayout.Text or LogLayout.Console ? "YYYY-MM-DD HH:mm:ss.SSS" : "iso", TimeZoneInfo.Utc), 64);
            var to = new ByteBuffer();
            encoder.Encode(Printed, At, new LogSource("web", 1, Stderr: layout == LogLayout.Pm2Json), null, open: false, to, out var kept);
            Assert.Equal(Printed.Length, kept);
            text.Append("== ").Append(layout).Append('\n').Append(Encoding.UTF8.GetString(to.Written));
        }

        Golden.Match(text.ToString());
    }

    [Fact]
    public void A_file_of_errors_gets_the_errors()
    {
        var to = new ByteBuffer();
        new LineEncoder(LogLayout.Text, null, 100).Encode(Printed, At, new LogSource("web", 0, false), line => SeverityBand.Of(line) >= SeverityBand.Error, open: false, to, out _);
        Assert.Equal("{\"level\":50,\"msg\":\"it \\\"broke\\\"\"}\n\u001b[31mERROR\u001b[0m in\tcolour\nError: no\n", Encoding.UTF8.GetString(to.Written));
    }
}
