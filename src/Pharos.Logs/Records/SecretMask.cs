using System.Text;
using Pharos.Core.Specs;

namespace Pharos.Logs.Records;

/// <summary>Takes the values of secret environment variables out of lines that leave the machine.</summary>
public sealed class SecretMask
{
    private const int ShortestSecret = 6;

    private readonly byte[][] _values;

    /// <param name="env">The app's environment.</param>
    public SecretMask(IEnumerable<KeyValuePair<string, string>> env) =>
        _values = [.. env.Where(e => IsSecret(e.Key) && e.Value.Length >= ShortestSecret).Select(e => Encoding.UTF8.GetBytes(e.Value)).OrderByDescending(v => v.Length)];

    /// <summary>Whether a variable's name says that its value is a secret.</summary>
    /// <param name="name">Name of the variable.</param>
    /// <returns>True when it does.</returns>
    public static bool IsSecret(string name) => SecretNames.IsSecret(name);

    /// <summary>Replaces each secret value.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The same array when there is nothing to hide.</returns>
    public byte[] Apply(byte[] line)
    {
        foreach (var value in _values)
        {
            // On from behind each replacement: a secret that is part of the replacement ("redacted") must not be found in it for ever.
            var at = line.AsSpan().IndexOf(value);
            if (at < 0)
                continue;
            List<byte> masked = new(line.Length);
            var rest = line.AsSpan();
            for (; at >= 0; at = rest.IndexOf(value))
            {
                masked.AddRange(rest[..at]);
                masked.AddRange("[redacted]"u8);
                rest = rest[(at + value.Length)..];
            }

            masked.AddRange(rest);
            line = [.. masked];
        }

        return line;
    }
}
