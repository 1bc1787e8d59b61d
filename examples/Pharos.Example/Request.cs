using System.Globalization;
using System.Text;

namespace Pharos.Example;

/// <summary>What this example reads of an HTTP/1.1 request: the first line and whether to close afterwards.</summary>
internal sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Query, bool Close)
{
    /// <summary>Reads the bytes up to the empty line, which are not part of <paramref name="head"/>.</summary>
    /// <returns><see langword="null"/> when this is not HTTP/1.</returns>
    public static Request? Parse(ReadOnlySpan<byte> head)
    {
        var lines = Encoding.Latin1.GetString(head).Split("\r\n");
        if (lines[0].Split(' ') is not [var method, ['/', ..] target, ['H', 'T', 'T', 'P', '/', '1', '.', var minor]])
        {
            return null;
        }

        var parts = target.Split('?', 2);
        var close = minor == '0' || lines.Skip(1).Any(line => line.Equals("connection: close", StringComparison.OrdinalIgnoreCase));
        return new(method, parts[0], parts.Length > 1 ? QueryOf(parts[1]) : new Dictionary<string, string>(), close);
    }

    public string Text(string name, string otherwise) => Query.GetValueOrDefault(name, otherwise);

    public int Number(string name, int otherwise) =>
        int.TryParse(Text(name, ""), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static Dictionary<string, string> QueryOf(string text)
    {
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split('&'))
        {
            var sides = pair.Split('=', 2);
            query[sides[0]] = sides.Length > 1 ? Uri.UnescapeDataString(sides[1]) : "";
        }

        return query;
    }
}
