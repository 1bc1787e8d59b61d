using System.Globalization;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Shape;

/// <summary>Numbers as JavaScript writes them (ECMA-262, Number::toString).</summary>
internal static class NodeNumber
{
    private const long Exact = 1L << 53;

    /// <summary>The text of a number.</summary>
    /// <param name="value">A JSON number.</param>
    public static string Of(JsonNode value)
    {
        var text = value.ToJsonString();
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && whole is > -Exact and < Exact && text != "-0")
            return whole.ToString(CultureInfo.InvariantCulture);
        return Of(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    private static string Of(double value)
    {
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";
        if (value == 0)
            return double.IsNegative(value) ? "-0" : "0";
        var sign = value < 0 ? "-" : "";
        var shortest = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 0; digits < 17; digits++)
        {
            var candidate = Math.Abs(value).ToString("E" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) != Math.Abs(value))
                continue;
            shortest = candidate;
            break;
        }

        var parts = shortest.Split('E');
        var mantissa = parts[0].Replace(".", "", StringComparison.Ordinal);
        var exponent = int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return sign + exponent switch
        {
            >= 21 or < -6 => Scientific(mantissa, exponent),
            >= 0 when mantissa.Length <= exponent + 1 => mantissa.PadRight(exponent + 1, '0'),
            >= 0 => $"{mantissa[..(exponent + 1)]}.{mantissa[(exponent + 1)..]}",
            _ => "0." + new string('0', -exponent - 1) + mantissa,
        };
    }

    private static string Scientific(string mantissa, int exponent) =>
        string.Create(CultureInfo.InvariantCulture, $"{mantissa[0]}{(mantissa.Length > 1 ? "." : "")}{mantissa[1..]}e{(exponent > 0 ? "+" : "-")}{Math.Abs(exponent)}");
}
