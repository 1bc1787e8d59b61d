namespace Pharos.Logs.Records.Fields;

/// <summary>What was read out of a line besides its body. Bounded in count and size: what is beyond is counted, not kept.</summary>
public sealed class RecordFields
{
    /// <summary>Most attributes of a record.</summary>
    public const int MostAttributes = 64;

    /// <summary>Longest value of an attribute, characters.</summary>
    public const int LongestValue = 4096;

    /// <summary>Longest stack trace in an attribute, characters.</summary>
    public const int LongestTrace = 32_768;

    private const int MostCharacters = 65_536;
    private readonly List<(string Key, object Value)> _attributes = [];
    private int _characters;

    /// <summary>When the app says that it happened, Unix nanoseconds; 0: it does not say.</summary>
    public long TimeUnixNanos { get; set; }

    /// <summary>The message inside a structured line; null: the line itself is the message.</summary>
    public string? Message { get; set; }

    /// <summary>16 bytes; null: none.</summary>
    public byte[]? TraceId { get; private set; }

    /// <summary>8 bytes; null: none.</summary>
    public byte[]? SpanId { get; private set; }

    /// <summary>Attributes, in the order of the line.</summary>
    public IReadOnlyList<(string Key, object Value)> Attributes => _attributes;

    /// <summary>Attributes that found no room.</summary>
    public int Dropped { get; private set; }

    /// <summary>Takes a field to where it belongs: a time, a trace id, the message, or an attribute of a sane name. The severity is read elsewhere.</summary>
    /// <param name="key">Name as written, dots for nesting.</param>
    /// <param name="value">A string, long, double or bool.</param>
    /// <param name="times">Reads times.</param>
    public void Take(string key, object value, Timestamps times)
    {
        switch (FieldNames.RoleOf(key))
        {
            case FieldRole.Severity when value is string or long:
                return;
            case FieldRole.Message when Message is null && value is string text:
                Message = text;
                return;
            case FieldRole.Time when TimeUnixNanos == 0 && times.TryRead(value, out var nanos):
                TimeUnixNanos = nanos;
                return;
            case FieldRole.TraceId when TraceId is null && Hex.TraceId(value, key) is { } traceId:
                TraceId = traceId;
                return;
            case FieldRole.SpanId when SpanId is null && Hex.SpanId(value, key) is { } spanId:
                SpanId = spanId;
                return;
            case FieldRole.TraceParent when TraceId is null && value is string parent && Hex.TraceParent(parent) is { } ids:
                (TraceId, SpanId) = ids;
                return;
        }

        if (value is "" or null)
            return;
        Add(FieldNames.NameOf(key), value);
    }

    /// <summary>Adds an attribute under its name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">A string, long, double or bool.</param>
    public void Add(string name, object value)
    {
        var longest = name == FieldNames.StackTrace ? LongestTrace : LongestValue;
        if (value is string text && text.Length > longest)
            value = Cut(text, longest);
        var size = name.Length + ((value as string)?.Length ?? 8);
        if (_attributes.Count >= MostAttributes || _characters + size > MostCharacters || name.Length is 0 or > 256)
        {
            Dropped++;
            return;
        }

        foreach (var (key, _) in _attributes)
        {
            if (key == name)
            {
                Dropped++; // keys of a record are unique: the first counts
                return;
            }
        }

        _characters += size;
        _attributes.Add((name, value));
    }

    /// <summary>Ids that stand in the middle of a text.</summary>
    internal void Ids(byte[] traceId, byte[]? spanId) => (TraceId, SpanId) = (traceId, spanId ?? SpanId);

    private static string Cut(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
