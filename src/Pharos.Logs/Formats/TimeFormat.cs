using System.Globalization;

namespace Pharos.Logs.Formats;

/// <summary>How a time is written: day.js's tokens as PM2's <c>log_date_format</c> has them, strftime(3) when there is a percent sign, or <c>iso</c>, <c>unix</c>, <c>unix_ms</c>.</summary>
/// <remarks>Local time, as PM2's, unless a zone is given. Rendered once per millisecond at most: <see cref="Render"/> keeps the last.</remarks>
internal sealed partial class TimeFormat
{
    /// <summary>ISO 8601 with milliseconds and zone.</summary>
    public const string Iso = "iso";

    private readonly List<Action<ByteBuffer, DateTimeOffset>> _parts;
    private readonly TimeZoneInfo _zone;
    private readonly ByteBuffer _last = new();
    private long _lastMillis = long.MinValue;

    /// <param name="format">The format.</param>
    /// <param name="zone">Null: the machine's.</param>
    public TimeFormat(string format, TimeZoneInfo? zone = null)
    {
        _zone = zone ?? TimeZoneInfo.Local;
        _parts = format switch
        {
            Iso => DayJs("YYYY-MM-DDTHH:mm:ss.SSSZ"),
            "unix" => [(to, t) => to.Add(t.ToUnixTimeSeconds())],
            "unix_ms" => [(to, t) => to.Add(t.ToUnixTimeMilliseconds())],
            _ => format.Contains('%') ? Strftime(format) : DayJs(format),
        };
    }

    /// <summary>The time as text.</summary>
    /// <param name="unixNanos">The time.</param>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Render(long unixNanos)
    {
        var millis = unixNanos / 1_000_000;
        if (millis != _lastMillis)
        {
            _lastMillis = millis;
            _last.Clear();
            var time = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(millis), _zone);
            foreach (var part in _parts)
                part(_last, time);
        }

        return _last.Written;
    }

    private static void Digits(ByteBuffer to, long number, int width, char pad = '0')
    {
        var text = number.ToString(CultureInfo.InvariantCulture).PadLeft(width, pad);
        Text(to, text);
    }

    private static void Text(ByteBuffer to, string text)
    {
        var room = to.Room(text.Length * 3);
        to.Advance(System.Text.Encoding.UTF8.GetBytes(text, room));
    }

    private static void Offset(ByteBuffer to, DateTimeOffset t, string between)
    {
        var minutes = (int)t.Offset.TotalMinutes;
        to.Add(minutes < 0 ? (byte)'-' : (byte)'+');
        minutes = Math.Abs(minutes);
        Digits(to, minutes / 60, 2);
        Text(to, between);
        Digits(to, minutes % 60, 2);
    }

    private static string Month(DateTimeOffset t) => CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(t.Month);

    private static string Day(DateTimeOffset t) => t.DayOfWeek.ToString();

    private static int Hour12(DateTimeOffset t) => t.Hour % 12 == 0 ? 12 : t.Hour % 12;
}
