using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pharos.Client.Wire;

/// <summary>Writes JSON as UTF-8. Only what a StartRequest needs: loading System.Text.Json takes longer than the request.</summary>
internal sealed class JsonText
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private bool _needsComma;

    /// <summary>What was written.</summary>
    public byte[] ToBytes() => _bytes.WrittenSpan.ToArray();

    /// <summary>Begins an object or an array: '{' or '['.</summary>
    public JsonText Begin(char bracket)
    {
        Separate();
        Raw((byte)bracket);
        _needsComma = false;
        return this;
    }

    /// <summary>Ends it: '}' or ']'.</summary>
    public JsonText End(char bracket)
    {
        Raw((byte)bracket);
        _needsComma = true;
        return this;
    }

    /// <summary>The name of a property; its value must follow.</summary>
    public JsonText Name(string name)
    {
        Separate();
        Quoted(name);
        Raw((byte)':');
        _needsComma = false;
        return this;
    }

    /// <summary>A string. Half a surrogate pair becomes U+FFFD, as UTF-8 cannot say it.</summary>
    public JsonText Value(string text)
    {
        Separate();
        Quoted(text);
        _needsComma = true;
        return this;
    }

    /// <summary>A whole number.</summary>
    public JsonText Value(int number) => Word(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>A truth value.</summary>
    public JsonText Value(bool value) => Word(value ? "true" : "false");

    /// <summary>No value.</summary>
    public JsonText Null() => Word("null");

    private JsonText Word(string ascii)
    {
        Separate();
        Encoding.UTF8.GetBytes(ascii, _bytes);
        _needsComma = true;
        return this;
    }

    private void Quoted(string text)
    {
        Raw((byte)'"');
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    Raw((byte)'\\');
                    Raw((byte)rune.Value);
                    break;
                case < 0x20:
                    Encoding.UTF8.GetBytes($"\\u{rune.Value:x4}", _bytes);
                    break;
                default:
                    _bytes.Advance(rune.EncodeToUtf8(_bytes.GetSpan(4)));
                    break;
            }
        }

        Raw((byte)'"');
    }

    private void Separate()
    {
        if (_needsComma)
        {
            Raw((byte)',');
        }
    }

    private void Raw(byte b)
    {
        _bytes.GetSpan(1)[0] = b;
        _bytes.Advance(1);
    }
}
