using System.Globalization;
using System.Text;

namespace Pharos.Configuration.Syntax;

/// <summary>JSON as people write it: comments, unquoted keys, single quotes and backticks, trailing commas, hexadecimal numbers. Never throws.</summary>
internal sealed class LenientJson
{
    private const int Deepest = 100;
    private readonly string _text;
    private int _at;
    private int _line = 1;
    private int _lineStart;
    private SyntaxFault? _fault;

    private LenientJson(string text) => _text = text.Length > 0 && text[0] == '\uFEFF' ? text[1..] : text;

    /// <summary>Reads a text.</summary>
    public static Parsed Parse(string text)
    {
        var parser = new LenientJson(text);
        var root = parser.Value(0);
        parser.Blank();
        if (parser._fault is null && parser.Peek == ';')
            parser.Skip();
        parser.Blank();
        if (parser._fault is null && !parser.AtEnd)
            parser.Fail($"{parser.Seen()} after the end of the value; one value is accepted");
        return parser._fault is null ? new(root, null) : new(null, parser._fault);
    }

    private bool AtEnd => _at >= _text.Length;

    private char Peek => AtEnd ? '\0' : _text[_at];

    private int Column => _at - _lineStart + 1;

    private Node? Value(int depth)
    {
        Blank();
        if (_fault is not null)
            return null;
        if (depth > Deepest)
            return Fail($"nested deeper than {Deepest} levels");
        var (line, column) = (_line, Column);
        switch (Peek)
        {
            case '{':
                return Mapping(line, column, depth);
            case '[':
                return Sequence(line, column, depth);
            case '"' or '\'' or '`':
                return Quoted() is { } text ? new Node.Scalar(line, column, ScalarKind.Text, text) : null;
            default:
                return Word(line, column);
        }
    }

    private Node.Mapping? Mapping(int line, int column, int depth)
    {
        List<Member> members = [];
        Skip();
        while (true)
        {
            Blank();
            if (_fault is not null)
                return null;
            if (Peek == '}' && !AtEnd)
                break;
            var keyLine = _line;
            var key = Key();
            if (key is null)
                return null;
            if (members.Exists(m => m.Key == key))
            {
                Fail($"'{key}' stands here a second time; a name is accepted once");
                return null;
            }

            Blank();
            if (_fault is null && Peek != ':')
                Fail($"{Seen()} after '{key}'; ':' is accepted");
            if (_fault is not null)
                return null;
            Skip();
            if (Value(depth + 1) is not { } value)
                return null;
            members.Add(new(key, keyLine, value));
            if (!Separator('}'))
                return null;
        }

        Skip();
        return new(line, column, members);
    }

    private Node.Sequence? Sequence(int line, int column, int depth)
    {
        List<Node> items = [];
        Skip();
        while (true)
        {
            Blank();
            if (_fault is not null)
                return null;
            if (Peek == ']')
                break;
            if (Value(depth + 1) is not { } value)
                return null;
            items.Add(value);
            if (!Separator(']'))
                return null;
        }

        Skip();
        return new(line, column, items);
    }

    private bool Separator(char close)
    {
        Blank();
        if (_fault is not null)
            return false;
        if (Peek == ',')
            Skip();
        else if (Peek != close || AtEnd)
            Fail($"{Seen()} where ',' or '{close}' is accepted");
        return _fault is null;
    }

    private string? Key()
    {
        if (Peek is '"' or '\'' or '`')
            return Quoted();
        var start = _at;
        while (!AtEnd && (char.IsLetterOrDigit(Peek) || Peek is '_' or '$' or '-' or '.'))
            _at++;
        if (_at > start)
            return _text[start.._at];
        Fail($"{Seen()} where a key or '}}' is accepted");
        return null;
    }

    private string? Quoted()
    {
        var quote = Peek;
        var (line, column) = (_line, Column);
        var text = new StringBuilder();
        for (Skip(); !AtEnd && Peek != quote; Skip())
        {
            if (Peek == '\n' && quote != '`')
                break;
            if (Peek != '\\')
            {
                text.Append(Peek);
                continue;
            }

            Skip();
            if (!Escape(text))
                return null;
        }

        if (AtEnd || Peek != quote)
        {
            _fault ??= new(line, column, $"a text that begins with {quote} does not end; {quote} is accepted at its end");
            return null;
        }

        Skip();
        return text.ToString();
    }

    private bool Escape(StringBuilder text)
    {
        switch (Peek)
        {
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'v': text.Append('\v'); break;
            case '0': text.Append('\0'); break;
            case '\n': break; // a line that goes on
            case 'u' or 'x':
                var digits = Peek == 'u' ? 4 : 2;
                if (_at + digits >= _text.Length || !ushort.TryParse(_text.AsSpan(_at + 1, digits), NumberStyles.AllowHexSpecifier, null, out var code))
                {
                    Fail($"\\{Peek} without {digits} hexadecimal digits");
                    return false;
                }

                text.Append((char)code);
                _at += digits;
                break;
            default: text.Append(Peek); break;
        }

        return true;
    }

    private Node.Scalar? Word(int line, int column)
    {
        var start = _at;
        while (!AtEnd && (char.IsLetterOrDigit(Peek) || Peek is '_' or '$' or '-' or '+' or '.'))
            _at++;
        var word = _text[start.._at];
        if (word is "null" or "undefined")
            return new(line, column, ScalarKind.Null, "null");
        if (word is "true" or "false")
            return new(line, column, ScalarKind.Bool, word);
        if (Number(word) is { } number)
            return new(line, column, ScalarKind.Number, number);
        _at = start;
        var what = word.Length > 0 ? $"'{word}'" : Seen();
        Fail($"{what} is no value; a text in quotes, a number, true, false, null, {{ or [ is accepted");
        return null;
    }

    /// <summary>The number as JSON and C# read it; null when it is none.</summary>
    private static string? Number(string word)
    {
        if (word.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && long.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, null, out var hex))
            return hex.ToString();
        var digits = word.StartsWith('+') ? word[1..] : word;
        if (digits.Length == 0 || !(char.IsAsciiDigit(digits[^1]) || digits[^1] == '.') || digits[0] == '+')
            return null;
        return double.TryParse(digits, NumberStyles.Float, null, out var value) && double.IsFinite(value) ? digits : null;
    }

    private void Blank()
    {
        while (!AtEnd)
        {
            if (char.IsWhiteSpace(Peek) || Peek == '\uFEFF')
            {
                Skip();
            }
            else if (Peek == '/' && _at + 1 < _text.Length && _text[_at + 1] == '/')
            {
                while (!AtEnd && Peek != '\n')
                    Skip();
            }
            else if (Peek == '/' && _at + 1 < _text.Length && _text[_at + 1] == '*')
            {
                var end = _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    Fail("a comment that begins with /* does not end; */ is accepted at its end");
                    return;
                }

                while (_at < end + 2)
                    Skip();
            }
            else
            {
                return;
            }
        }
    }

    private void Skip()
    {
        if (AtEnd)
            return;
        if (_text[_at++] == '\n')
        {
            _line++;
            _lineStart = _at;
        }
    }

    private string Seen() => AtEnd ? "the end of the file" : char.IsControl(Peek) ? $"U+{(int)Peek:X4}" : $"'{Peek}'";

    private Node.Scalar? Fail(string text)
    {
        _fault ??= new(_line, Column, text);
        return null;
    }
}
