using System.Text;

namespace Pharos.Exporters.Transport;

/// <summary>What a server says about a refusal, as one short line that a terminal can show.</summary>
internal static class ServerWords
{
    private const int Longest = 300;

    /// <returns>Null when it says nothing that can be read.</returns>
    public static async Task<string?> ReadAsync(HttpContent content, CancellationToken cancel)
    {
        try
        {
            using var stream = await content.ReadAsStreamAsync(cancel);
            var buffer = new byte[4 * Longest];
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
            return Line(buffer.AsSpan(0, read));
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            return null; // the status is known; its words are not
        }
    }

    /// <returns>Null when nothing is left of it.</returns>
    public static string? Line(ReadOnlySpan<byte> bytes) => Line(Encoding.UTF8.GetString(bytes));

    /// <returns>Null when nothing is left of it.</returns>
    public static string? Line(string said)
    {
        var text = new StringBuilder();
        foreach (var c in said)
        {
            var blank = char.IsControl(c) || char.IsWhiteSpace(c) || c == '\uFFFD';
            if (!blank)
                text.Append(c);
            else if (text.Length > 0 && text[^1] != ' ')
                text.Append(' ');
            if (text.Length >= Longest)
                return text.Append('…').ToString();
        }

        return text.ToString().Trim() is { Length: > 0 } line ? line : null;
    }
}
