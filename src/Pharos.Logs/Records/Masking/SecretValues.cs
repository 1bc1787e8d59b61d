using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Pharos.Logs.Records.Masking;

/// <summary>The values of secret variables, in every form in which they are likely to be printed: as they are, in JSON, in a URL, in base64.</summary>
internal sealed class SecretValues
{
    private const int ShortestSecret = 6;
    private const int ShortestInBase64 = 8;
    private const int MostForms = 512;
    private const int LongestSecret = 16_384;

    private readonly SearchValues<string>? _forms;
    private readonly string[] _longestFirst;

    public SecretValues(IEnumerable<KeyValuePair<string, string>> env)
    {
        var forms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in env)
        {
            if (!SecretMask.IsSecret(name) || value.Length is < ShortestSecret or > LongestSecret || forms.Count >= MostForms)
                continue;
            forms.UnionWith(FormsOf(value).Where(f => f.Length >= ShortestSecret));
            foreach (var line in value.Split('\n', StringSplitOptions.TrimEntries).Where(l => l.Length >= 16))
                forms.Add(line); // a key of several lines is printed line by line
        }

        _longestFirst = [.. forms.OrderByDescending(f => f.Length)];
        _forms = forms.Count == 0 ? null : SearchValues.Create([.. forms], StringComparison.Ordinal);
    }

    public bool In(ReadOnlySpan<char> text) => _forms is not null && text.ContainsAny(_forms);

    public string Mask(string text)
    {
        // On from behind each replacement: a secret that is part of the replacement ("redacted") must not be found in it for ever.
        var masked = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (_forms is not null && rest.IndexOfAny(_forms) is >= 0 and var at)
        {
            var length = 0;
            foreach (var form in _longestFirst)
            {
                if (rest[at..].StartsWith(form, StringComparison.Ordinal))
                {
                    length = form.Length;
                    break;
                }
            }

            masked.Append(rest[..at]).Append(Redactor.Mask);
            rest = rest[(at + length)..];
        }

        return masked.Append(rest).ToString();
    }

    private static IEnumerable<string> FormsOf(string value)
    {
        yield return value;
        yield return JsonEncodedText.Encode(value).ToString();
        yield return value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("/", "\\/", StringComparison.Ordinal);
        yield return value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        var url = Uri.EscapeDataString(value);
        yield return url;
        yield return LowerHex(url);
        yield return url.Replace("%20", "+", StringComparison.Ordinal);
        if (value.Length < ShortestInBase64)
            yield break;
        // Inside something longer the value begins at any of three places of a base64 group: what does not depend on its neighbours.
        var bytes = Encoding.UTF8.GetBytes(value);
        for (var offset = 0; offset < 3; offset++)
        {
            var text = Convert.ToBase64String([.. new byte[offset], .. bytes]).TrimEnd('=');
            var from = offset == 0 ? 0 : offset + 1;
            var until = (offset + bytes.Length) % 3 == 0 ? text.Length : text.Length - 1;
            yield return text[from..until];
            yield return text[from..until].Replace('+', '-').Replace('/', '_');
        }
    }

    private static string LowerHex(string url)
    {
        var text = url.ToCharArray();
        for (var i = 0; i + 2 < text.Length; i++)
        {
            if (text[i] == '%')
                (text[i + 1], text[i + 2]) = (char.ToLowerInvariant(text[i + 1]), char.ToLowerInvariant(text[i + 2]));
        }

        return new string(text);
    }
}
