using Pharos.Configuration.Syntax;

namespace Pharos.Configuration.Attributes;

/// <summary>Gathers everything that is wrong with a file: one pass says it all.</summary>
/// <param name="file">As the user named it.</param>
internal sealed class Reporter(string file)
{
    private readonly List<(int Line, string Text)> _faults = [];
    private readonly List<(int Line, string Text)> _warnings = [];

    /// <summary>How many faults there are.</summary>
    public int Count => _faults.Count;

    /// <summary>Each <c>FILE:LINE: KEY: what is wrong; what is accepted</c>, in the order of the file.</summary>
    public IReadOnlyList<string> Faults => InOrder(_faults);

    /// <summary>Each of the same form and order.</summary>
    public IReadOnlyList<string> Warnings => InOrder(_warnings);

    /// <summary>Something that keeps the file from being used.</summary>
    public void Fault(int line, string key, string text) => _faults.Add((line, Where(line, key) + text));

    /// <summary>Something wrong in a file that this one names, in the line <paramref name="at"/>.</summary>
    public void FaultIn(int at, string other, int line, string text) => _faults.Add((at, $"{other}:{line}: {text}"));

    /// <summary>Something that is passed over.</summary>
    public void Warn(int line, string key, string text) => _warnings.Add((line, Where(line, key) + text));

    /// <summary>A value that is not of its kind. The value is shown, but for those that may be secrets.</summary>
    public void Wrong(Node node, string key, AttributeKind kind)
    {
        var seen = kind is AttributeKind.Variables && node is Node.Scalar ? "a single value" : node.Describe();
        Fault(node.Line, key, $"{seen} is not accepted; accepted: {Accepted.InWords(kind)}");
    }

    private static List<string> InOrder(List<(int Line, string Text)> told) => [.. told.OrderBy(t => t.Line).Select(t => t.Text)];

    // Line 0: the value was computed, and no line of the file is to blame.
    private string Where(int line, string key) => (line > 0 ? $"{file}:{line}: " : $"{file}: ") + (key.Length > 0 ? key + ": " : "");
}
