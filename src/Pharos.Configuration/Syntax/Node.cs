using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pharos.Configuration.Syntax;

/// <summary>A value of a configuration file, whatever the file's format, and where it stands.</summary>
/// <param name="Line">From 1; 0: unknown (the value was computed).</param>
/// <param name="Column">From 1; 0: unknown.</param>
internal abstract record Node(int Line, int Column)
{
    /// <summary>What it is, for people.</summary>
    public abstract string Describe();

    /// <summary>The value as JSON.</summary>
    public string ToJson()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    /// <summary>Appends the value as JSON.</summary>
    protected abstract void Write(StringBuilder text);

    /// <summary>Appends a text as JSON; half a surrogate pair becomes U+FFFD.</summary>
    protected static void Quote(StringBuilder text, string value) =>
        text.Append('"').Append(JsonEncodedText.Encode(Encoding.UTF8.GetBytes(value))).Append('"');

    /// <summary>Null, true, false, a number or a text.</summary>
    /// <param name="Line">From 1.</param>
    /// <param name="Column">From 1.</param>
    /// <param name="Kind">Which.</param>
    /// <param name="Text">As it stands in the file, without quotes.</param>
    public sealed record Scalar(int Line, int Column, ScalarKind Kind, string Text) : Node(Line, Column)
    {
        /// <inheritdoc/>
        public override string Describe() => Kind switch
        {
            ScalarKind.Null => "null",
            ScalarKind.Bool => Text,
            ScalarKind.Number => Text,
            ScalarKind.Text => $"'{(Text.Length > 60 ? Text[..60] + "…" : Text)}'",
        };

        /// <inheritdoc/>
        protected override void Write(StringBuilder text)
        {
            if (Kind == ScalarKind.Text)
                Quote(text, Text);
            else if (Kind == ScalarKind.Number)
                text.Append(double.Parse(Text, NumberStyles.Float).ToString("R"));
            else
                text.Append(Kind == ScalarKind.Null ? "null" : Text);
        }
    }

    /// <summary>Values in a row.</summary>
    /// <param name="Line">From 1.</param>
    /// <param name="Column">From 1.</param>
    /// <param name="Items">The values.</param>
    public sealed record Sequence(int Line, int Column, IReadOnlyList<Node> Items) : Node(Line, Column)
    {
        /// <inheritdoc/>
        public override string Describe() => "a list";

        /// <inheritdoc/>
        protected override void Write(StringBuilder text)
        {
            text.Append('[');
            for (var i = 0; i < Items.Count; i++)
            {
                text.Append(i > 0 ? "," : "");
                Items[i].Write(text);
            }

            text.Append(']');
        }
    }

    /// <summary>Named values, in the order of the file. A name comes once.</summary>
    /// <param name="Line">From 1.</param>
    /// <param name="Column">From 1.</param>
    /// <param name="Members">The values.</param>
    public sealed record Mapping(int Line, int Column, IReadOnlyList<Member> Members) : Node(Line, Column)
    {
        /// <summary>The value of a name.</summary>
        public Node? Find(string key) => Members.FirstOrDefault(m => m.Key == key)?.Value;

        /// <inheritdoc/>
        public override string Describe() => "an object";

        /// <inheritdoc/>
        protected override void Write(StringBuilder text)
        {
            text.Append('{');
            for (var i = 0; i < Members.Count; i++)
            {
                text.Append(i > 0 ? "," : "");
                Quote(text, Members[i].Key);
                text.Append(':');
                Members[i].Value.Write(text);
            }

            text.Append('}');
        }
    }
}

/// <summary>What a scalar is.</summary>
internal enum ScalarKind
{
    Null,
    Bool,
    Number,
    Text,
}

/// <summary>A named value.</summary>
/// <param name="Key">The name.</param>
/// <param name="Line">Line of the name.</param>
/// <param name="Value">The value.</param>
internal sealed record Member(string Key, int Line, Node Value);

/// <summary>A text that is not of its format.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1; 0: unknown.</param>
/// <param name="Text">What is wrong and what is accepted.</param>
internal sealed record SyntaxFault(int Line, int Column, string Text);

/// <summary>A tree, or why there is none.</summary>
/// <param name="Root">The tree.</param>
/// <param name="Fault">Why not.</param>
internal readonly record struct Parsed(Node? Root, SyntaxFault? Fault);
