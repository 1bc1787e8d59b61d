namespace Pharos.Logs.Formats;

/// <summary>The two languages of formats.</summary>
internal sealed partial class TimeFormat
{
    // Longest first: YYYY before YY.
    private static readonly (string Token, Action<ByteBuffer, DateTimeOffset> Write)[] DayJsTokens =
    [
        ("YYYY", (to, t) => Digits(to, t.Year, 4)),
        ("YY", (to, t) => Digits(to, t.Year % 100, 2)),
        ("MMMM", (to, t) => Text(to, Month(t))),
        ("MMM", (to, t) => Text(to, Month(t)[..3])),
        ("MM", (to, t) => Digits(to, t.Month, 2)),
        ("M", (to, t) => Digits(to, t.Month, 1)),
        ("DD", (to, t) => Digits(to, t.Day, 2)),
        ("D", (to, t) => Digits(to, t.Day, 1)),
        ("dddd", (to, t) => Text(to, Day(t))),
        ("ddd", (to, t) => Text(to, Day(t)[..3])),
        ("dd", (to, t) => Text(to, Day(t)[..2])),
        ("d", (to, t) => Digits(to, (int)t.DayOfWeek, 1)),
        ("HH", (to, t) => Digits(to, t.Hour, 2)),
        ("H", (to, t) => Digits(to, t.Hour, 1)),
        ("hh", (to, t) => Digits(to, Hour12(t), 2)),
        ("h", (to, t) => Digits(to, Hour12(t), 1)),
        ("mm", (to, t) => Digits(to, t.Minute, 2)),
        ("m", (to, t) => Digits(to, t.Minute, 1)),
        ("SSS", (to, t) => Digits(to, t.Millisecond, 3)),
        ("ss", (to, t) => Digits(to, t.Second, 2)),
        ("s", (to, t) => Digits(to, t.Second, 1)),
        ("ZZ", (to, t) => Offset(to, t, "")),
        ("Z", (to, t) => Offset(to, t, ":")),
        ("A", (to, t) => Text(to, t.Hour < 12 ? "AM" : "PM")),
        ("a", (to, t) => Text(to, t.Hour < 12 ? "am" : "pm")),
        ("X", (to, t) => to.Add(t.ToUnixTimeSeconds())),
        ("x", (to, t) => to.Add(t.ToUnixTimeMilliseconds())),
    ];

    private static List<Action<ByteBuffer, DateTimeOffset>> DayJs(string format)
    {
        List<Action<ByteBuffer, DateTimeOffset>> parts = [];
        for (var at = 0; at < format.Length;)
        {
            if (format[at] == '[' && format.IndexOf(']', at) is > 0 and var end)
            {
                Literal(parts, format[(at + 1)..end]);
                at = end + 1;
                continue;
            }

            var rest = format.AsSpan(at);
            var found = false;
            foreach (var (token, write) in DayJsTokens)
            {
                if (!rest.StartsWith(token))
                    continue;
                parts.Add(write);
                at += token.Length;
                found = true;
                break;
            }

            if (!found)
                Literal(parts, format[at++].ToString());
        }

        return parts;
    }

    private static List<Action<ByteBuffer, DateTimeOffset>> Strftime(string format)
    {
        List<Action<ByteBuffer, DateTimeOffset>> parts = [];
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                Literal(parts, format[at].ToString());
                continue;
            }

            var conversion = format[++at];
            if (conversion is '3' or '6' or '9' && at + 1 < format.Length && format[at + 1] == 'N')
            {
                at++;
                var width = conversion - '0';
                parts.Add((to, t) => Text(to, t.Millisecond.ToString("D3").PadRight(width, '0')));
                continue;
            }

            Convert(parts, conversion);
        }

        return parts;
    }

    private static void Convert(List<Action<ByteBuffer, DateTimeOffset>> parts, char conversion)
    {
        switch (conversion)
        {
            case 'Y': parts.Add((to, t) => Digits(to, t.Year, 4)); break;
            case 'C': parts.Add((to, t) => Digits(to, t.Year / 100, 2)); break;
            case 'y': parts.Add((to, t) => Digits(to, t.Year % 100, 2)); break;
            case 'm': parts.Add((to, t) => Digits(to, t.Month, 2)); break;
            case 'd': parts.Add((to, t) => Digits(to, t.Day, 2)); break;
            case 'e': parts.Add((to, t) => Digits(to, t.Day, 2, ' ')); break;
            case 'j': parts.Add((to, t) => Digits(to, t.DayOfYear, 3)); break;
            case 'H': parts.Add((to, t) => Digits(to, t.Hour, 2)); break;
            case 'k': parts.Add((to, t) => Digits(to, t.Hour, 2, ' ')); break;
            case 'I': parts.Add((to, t) => Digits(to, Hour12(t), 2)); break;
            case 'l': parts.Add((to, t) => Digits(to, Hour12(t), 2, ' ')); break;
            case 'M': parts.Add((to, t) => Digits(to, t.Minute, 2)); break;
            case 'S': parts.Add((to, t) => Digits(to, t.Second, 2)); break;
            case 'L': parts.Add((to, t) => Digits(to, t.Millisecond, 3)); break;
            case 'f': parts.Add((to, t) => Digits(to, t.Millisecond * 1000L, 6)); break;
            case 'N': parts.Add((to, t) => Digits(to, t.Millisecond * 1_000_000L, 9)); break;
            case 'p': parts.Add((to, t) => Text(to, t.Hour < 12 ? "AM" : "PM")); break;
            case 'P': parts.Add((to, t) => Text(to, t.Hour < 12 ? "am" : "pm")); break;
            case 'a': parts.Add((to, t) => Text(to, Day(t)[..3])); break;
            case 'A': parts.Add((to, t) => Text(to, Day(t))); break;
            case 'b' or 'h': parts.Add((to, t) => Text(to, Month(t)[..3])); break;
            case 'B': parts.Add((to, t) => Text(to, Month(t))); break;
            case 'u': parts.Add((to, t) => Digits(to, t.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)t.DayOfWeek, 1)); break;
            case 'w': parts.Add((to, t) => Digits(to, (int)t.DayOfWeek, 1)); break;
            case 'z': parts.Add((to, t) => Offset(to, t, "")); break;
            case 'Z': parts.Add((to, t) => Offset(to, t, "")); break; // abbreviations of zones are ambiguous: the offset is not
            case 's': parts.Add((to, t) => to.Add(t.ToUnixTimeSeconds())); break;
            case 'F': parts.AddRange(Strftime("%Y-%m-%d")); break;
            case 'T': parts.AddRange(Strftime("%H:%M:%S")); break;
            case 'R': parts.AddRange(Strftime("%H:%M")); break;
            case 'D': parts.AddRange(Strftime("%m/%d/%y")); break;
            case 'r': parts.AddRange(Strftime("%I:%M:%S %p")); break;
            case 'c': parts.AddRange(Strftime("%a %b %e %H:%M:%S %Y")); break;
            case '%': Literal(parts, "%"); break;
            default: Literal(parts, "%" + conversion); break;
        }
    }

    private static void Literal(List<Action<ByteBuffer, DateTimeOffset>> parts, string text) => parts.Add((to, _) => Text(to, text));
}
