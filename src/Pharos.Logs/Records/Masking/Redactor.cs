using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Pharos.Core.Specs.Logs;

namespace Pharos.Logs.Records.Masking;

/// <summary>Takes out of a record what must not leave the machine: values of secret variables always, the usual secrets and own patterns as asked.</summary>
/// <remarks>A line without any sign of a secret costs a copy to characters and two vectorised searches.</remarks>
public sealed class Redactor
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mask = "[redacted]";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // linear in the text: only a machine that stands still takes that long
    private readonly SecretValues _values;
    private readonly bool _usual;
    private readonly Regex[] _patterns;

    /// <param name="env">The app's environment.</param>
    /// <param name="redaction">What is asked for; its patterns are valid.</param>
    public Redactor(IEnumerable<KeyValuePair<string, string>> env, LogRedaction redaction)
    {
        _values = new SecretValues(env);
        _usual = redaction.Defaults;
        _patterns = [.. redaction.Patterns.Select(p => new Regex(p, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience))];
    }

    /// <summary>Masks a text.</summary>
    /// <param name="text">Clean UTF-8.</param>
    /// <returns>The same array when there is nothing to hide.</returns>
    public byte[] Apply(byte[] text)
    {
        var characters = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            var length = Encoding.UTF8.GetChars(text, characters);
            var span = characters.AsSpan(0, length);
            return IsSuspicious(span) ? Encoding.UTF8.GetBytes(Masked(span.ToString())) : text;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    /// <summary>Masks a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The same text when there is nothing to hide.</returns>
    public string Apply(string text) => IsSuspicious(text) ? Masked(text) : text;

    /// <summary>Masks the value of an attribute: wholly where its name says that it is a secret.</summary>
    /// <param name="name">Name of the attribute.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The same value when there is nothing to hide.</returns>
    public object Apply(string name, object value) =>
        value is not string text ? _usual && value is long or double && UsualSecrets.IsName(name) && !name.EndsWith("token", StringComparison.OrdinalIgnoreCase) ? Mask : value
        : _usual && text.Length > 0 && UsualSecrets.IsName(name) ? Mask
        : Apply(text);

    private bool IsSuspicious(ReadOnlySpan<char> text)
    {
        if (_values.In(text) || (_usual && (UsualSecrets.MayBeIn(text) || CardNumbers.Find(text).Length > 0)))
            return true;
        foreach (var pattern in _patterns)
        {
            if (Matches(pattern, text))
                return true;
        }

        return false;
    }

    private string Masked(string text)
    {
        text = _values.Mask(text);
        foreach (var pattern in _patterns)
            text = Masked(text, pattern);
        if (!_usual)
            return text;
        try
        {
            return CardNumbers.Mask(UsualSecrets.MayBeIn(text) ? UsualSecrets.Mask(text) : text);
        }
        catch (RegexMatchTimeoutException)
        {
            return Mask; // what could not be judged is not shown
        }
    }

    private static bool Matches(Regex pattern, ReadOnlySpan<char> text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return true;
        }
    }

    private static string Masked(string text, Regex pattern)
    {
        try
        {
            return pattern.Replace(text, m => m.Groups["secret"] is { Success: true } secret && secret.Length < m.Length
                ? string.Concat(m.Value.AsSpan(0, secret.Index - m.Index), Mask, m.Value.AsSpan(secret.Index - m.Index + secret.Length))
                : Mask);
        }
        catch (RegexMatchTimeoutException)
        {
            return Mask; // whoever asks for a pattern wants nothing shown that it could not judge
        }
    }
}
