using System.Text;
using Pharos.Configuration.Syntax;

namespace Pharos.Configuration.Variables;

/// <summary>Files of <c>NAME=value</c> lines: <c>export</c>, comments, quotes (single: as it is; double: escapes), values over several lines in quotes, ${NAME}, ${NAME:-else}.</summary>
internal sealed class DotEnv
{
    private readonly string _text;
    private readonly IReadOnlyDictionary<string, string> _outer;
    private readonly List<KeyValuePair<string, string>> _variables = [];
    private readonly Dictionary<string, string> _known = [];
    private readonly List<SyntaxFault> _faults = [];
    private int _at;
    private int _line = 1;

    private DotEnv(string text, IReadOnlyDictionary<string, string> outer) => (_text, _outer) = (text.Replace("\r\n", "\n").TrimStart('\uFEFF'), outer);

    /// <summary>Reads a text. Never throws.</summary>
    /// <param name="text">The text.</param>
    /// <param name="outer">What ${NAME} finds when the file itself has no such name above.</param>
    /// <param name="faults">A fault for each line that is not of the form; values are never in it.</param>
    /// <returns>The variables; of a name that comes twice, the last.</returns>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string text, IReadOnlyDictionary<string, string> outer, out IReadOnlyList<SyntaxFault> faults)
    {
        var file = new DotEnv(text, outer);
        while (file._at < file._text.Length)
            file.Entry();
        faults = file._faults;
        return file._variables;
    }

    private char Peek => _at < _text.Length ? _text[_at] : '\n';

    private void Entry()
    {
        SkipBlanks();
        if (Peek is '#' or '\n')
        {
            NextLine();
            return;
        }

        var start = _at;
        while (char.IsAsciiLetterOrDigit(Peek) || Peek is '_' or '.' or '-')
            _at++;
        var name = _text[start.._at];
        SkipBlanks();
        if (name == "export" && Peek != '=')
        {
            start = _at;
            while (char.IsAsciiLetterOrDigit(Peek) || Peek is '_' or '.' or '-')
                _at++;
            name = _text[start.._at];
            SkipBlanks();
        }

        // The line itself is not shown: it may be the rest of a secret.
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || Peek is not ('=' or ':'))
        {
            _faults.Add(new(_line, 0, "is not of the form NAME=value; a comment or NAME=value is accepted"));
            NextLine();
            return;
        }

        _at++;
        SkipBlanks();
        if (Value(name) is not { } value)
            return;
        _variables.RemoveAll(v => v.Key == name);
        _variables.Add(new(name, value));
        _known[name] = value;
    }

    private string? Value(string name)
    {
        if (Peek is not ('"' or '\'' or '`'))
        {
            var from = _at;
            while (Peek != '\n' && !(Peek == '#' && (_at == from || _text[_at - 1] is ' ' or '\t')))
                _at++;
            var plain = _text[from.._at].Trim();
            NextLine();
            return Expand(plain);
        }

        var (quote, line) = (Peek, _line);
        var text = new StringBuilder();
        for (_at++; _at < _text.Length && _text[_at] != quote; _at++)
        {
            if (_text[_at] == '\n')
                _line++;
            if (quote == '"' && _text[_at] == '\\' && _at + 1 < _text.Length)
                text.Append(_text[++_at] switch { 'n' => "\n", 't' => "\t", 'r' => "\r", '$' => "\\$", var c => c.ToString() });
            else
                text.Append(_text[_at]);
        }

        if (_at >= _text.Length)
        {
            _faults.Add(new(line, 0, $"the value of '{name}' begins with {quote} and does not end; {quote} is accepted at its end"));
            return null;
        }

        _at++;
        SkipBlanks();
        if (Peek is not ('\n' or '#'))
            _faults.Add(new(_line, 0, $"text after the end of the value of '{name}'; a comment is accepted"));
        NextLine();
        return quote == '"' ? Expand(text.ToString()) : text.ToString();
    }

    private string Expand(string text)
    {
        if (!text.Contains('$'))
            return text;
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '$')
            {
                result.Append(text[++i]);
                continue;
            }

            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var braced = text[i + 1] == '{';
            var start = i + (braced ? 2 : 1);
            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
                end++;
            var name = text[start..end];
            var close = braced ? text.IndexOf('}', end) : end;
            if (name.Length == 0 || char.IsAsciiDigit(name[0]) || close < 0)
            {
                result.Append(text[i]);
                continue;
            }

            var otherwise = braced && text[end..close].StartsWith(":-", StringComparison.Ordinal) ? text[(end + 2)..close] : "";
            var found = _known.GetValueOrDefault(name) ?? _outer.GetValueOrDefault(name);
            result.Append(string.IsNullOrEmpty(found) ? otherwise : found);
            i = braced ? close : end - 1;
        }

        return result.ToString();
    }

    private void SkipBlanks()
    {
        while (Peek is ' ' or '\t')
            _at++;
    }

    private void NextLine()
    {
        while (_at < _text.Length && _text[_at] != '\n')
            _at++;
        _at++;
        _line++;
    }
}
