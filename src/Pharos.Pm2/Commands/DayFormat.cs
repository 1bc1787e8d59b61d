using System.Globalization;
using System.Text;

namespace Pharos.Pm2.Commands;

/// <summary>A time in a format of day.js, as far as logs have it.</summary>
internal static class DayFormat
{
    private static readonly (string Token, string Net)[] Tokens =
    [
        ("YYYY", "yyyy"), ("SSS", "fff"), ("MMMM", "MMMM"), ("MMM", "MMM"), ("dddd", "dddd"), ("ddd", "ddd"), ("YY", "yy"), ("MM", "MM"), ("DD", "dd"), ("HH", "HH"), ("hh", "hh"),
        ("mm", "mm"), ("ss", "ss"), ("ZZ", "zzz"), ("Z", "zzz"), ("M", "%M"), ("D", "%d"), ("H", "%H"), ("h", "%h"), ("m", "%m"), ("s", "%s"), ("A", "tt"), ("a", "tt"),
    ];

    /// <summary>Writes it.</summary>
    public static string Write(DateTimeOffset time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length;)
        {
            if (format[i] == '[' && format.IndexOf(']', i) is > 0 and var end)
            {
                text.Append(format, i + 1, end - i - 1);
                i = end + 1;
                continue;
            }

            var (token, net) = Array.Find(Tokens, t => string.CompareOrdinal(format, i, t.Token, 0, t.Token.Length) == 0);
            if (token is null)
            {
                text.Append(format[i++]);
                continue;
            }

            var part = time.ToString(net, CultureInfo.InvariantCulture);
            text.Append(token == "ZZ" ? part.Replace(":", "") : token == "a" ? part.ToLowerInvariant() : part);
            i += token.Length;
        }

        return text.ToString();
    }
}
