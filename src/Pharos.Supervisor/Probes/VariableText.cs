using System.Text;

namespace Pharos.Supervisor.Probes;

/// <summary>Puts the variables of an instance into an address: <c>${PORT}</c>.</summary>
internal static class VariableText
{
    /// <summary>Replaces each <c>${NAME}</c> by its value; one that there is not becomes nothing.</summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> variables)
    {
        var filled = new StringBuilder();
        for (var at = 0; ;)
        {
            var open = text.IndexOf("${", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
                return filled.Append(text, at, text.Length - at).ToString();
            filled.Append(text, at, open - at).Append(variables.GetValueOrDefault(text[(open + 2)..close], ""));
            at = close + 1;
        }
    }
}
