using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pharos.Telemetry.Records;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OpenTelemetry;

/// <summary>Serilog's events as records and spans of OTLP.</summary>
internal sealed class EventConverter(TelemetryResource resource, IncludedData included)
{
    private const string SourceContext = "SourceContext";
    private const string SpanStart = "SpanStartTimestamp";
    private const string ParentSpan = "ParentSpanId";
    private const string SpanKind = "SpanKind";

    /// <summary>The scope's name; null: none.</summary>
    public static string? ScopeOf(LogEvent e) => e.Properties.TryGetValue(SourceContext, out var value) && value is ScalarValue { Value: string name } ? name : null;

    /// <summary>An event that tells of a whole span is exported as that span.</summary>
    public static bool IsSpan(LogEvent e) =>
        e.TraceId is not null && e.SpanId is not null && e.Properties.TryGetValue(SpanStart, out var value) && value is ScalarValue { Value: DateTime or DateTimeOffset };

    public LogRecord ToRecord(LogEvent e)
    {
        var (number, text) = Severity(e.Level);
        return new LogRecord
        {
            Resource = resource,
            TimeUnixNanos = Nanos(e.Timestamp),
            ObservedUnixNanos = Nanos(e.Timestamp),
            SeverityNumber = number,
            SeverityText = text,
            Body = Encoding.UTF8.GetBytes(included.HasFlag(IncludedData.TemplateBody) ? e.MessageTemplate.Text : e.RenderMessage(CultureInfo.InvariantCulture)),
            TraceId = included.HasFlag(IncludedData.TraceIdField) && e.TraceId is { } trace ? Convert.FromHexString(trace.ToHexString()) : default,
            SpanId = included.HasFlag(IncludedData.SpanIdField) && e.SpanId is { } span ? Convert.FromHexString(span.ToHexString()) : default,
            Attributes = Attributes(e, isSpan: false),
        };
    }

    public SpanRecord ToSpan(LogEvent e)
    {
        var kind = Text(e, SpanKind);
        return new SpanRecord
        {
            Resource = resource,
            TraceId = Convert.FromHexString(e.TraceId!.Value.ToHexString()),
            SpanId = Convert.FromHexString(e.SpanId!.Value.ToHexString()),
            ParentSpanId = Text(e, ParentSpan) is { Length: 16 } parent && parent.All(char.IsAsciiHexDigit) ? Convert.FromHexString(parent) : [],
            Name = e.MessageTemplate.Text,
            Kind = kind switch { "Server" => 2, "Client" => 3, "Producer" => 4, "Consumer" => 5, _ => 1 },
            StartUnixNanos = ((ScalarValue)e.Properties[SpanStart]).Value is DateTimeOffset start
                ? Nanos(start)
                : Nanos(new DateTimeOffset((DateTime)((ScalarValue)e.Properties[SpanStart]).Value!)),
            EndUnixNanos = Nanos(e.Timestamp),
            Attributes = Attributes(e, isSpan: true),
            Error = e.Level >= LogEventLevel.Error ? e.Exception?.Message ?? e.RenderMessage(CultureInfo.InvariantCulture) : null,
        };
    }

    private static string? Text(LogEvent e, string property) => e.Properties.TryGetValue(property, out var value) ? (value as ScalarValue)?.Value?.ToString() : null;

    private static (int Number, string Text) Severity(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => (1, "Verbose"),
        LogEventLevel.Debug => (5, "Debug"),
        LogEventLevel.Information => (9, "Information"),
        LogEventLevel.Warning => (13, "Warning"),
        LogEventLevel.Error => (17, "Error"),
        LogEventLevel.Fatal => (21, "Fatal"),
    };

    private static long Nanos(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;

    private List<(string, object)> Attributes(LogEvent e, bool isSpan)
    {
        var attributes = new List<(string, object)>();
        foreach (var (name, value) in e.Properties)
        {
            var moved = (name == SourceContext && !included.HasFlag(IncludedData.SourceContextAttribute)) || (isSpan && name is SpanStart or ParentSpan or SpanKind);
            if (!moved && Value(value) is { } converted)
                attributes.Add((name, converted));
        }

        if (included.HasFlag(IncludedData.MessageTemplateTextAttribute))
            attributes.Add(("message_template.text", e.MessageTemplate.Text));
        if (included.HasFlag(IncludedData.MessageTemplateMD5HashAttribute))
            attributes.Add(("message_template.hash.md5", Md5(e.MessageTemplate.Text)));
        if (included.HasFlag(IncludedData.MessageTemplateRenderingsAttribute) && Renderings(e) is { Length: > 0 } renderings)
            attributes.Add(("message_template.renderings", renderings));
        if (e.Exception is { } exception)
        {
            attributes.Add(("exception.type", exception.GetType().ToString()));
            if (exception.Message.Length > 0)
                attributes.Add(("exception.message", exception.Message));
            attributes.Add(("exception.stacktrace", exception.ToString()));
        }

        return attributes;
    }

    private static string[] Renderings(LogEvent e) => [.. e.MessageTemplate.Tokens.OfType<PropertyToken>().Where(t => t.Format is not null).Select(t =>
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        t.Render(e.Properties, text, CultureInfo.InvariantCulture);
        return text.ToString();
    })];

    private object? Value(LogEventPropertyValue value) => value switch
    {
        ScalarValue scalar => Scalar(scalar.Value),
        SequenceValue sequence => sequence.Elements.Select(Value).ToArray(),
        DictionaryValue map => map.Elements.Select(p => (p.Key.Value?.ToString() ?? "", Value(p.Value))).ToArray(),
        StructureValue structure => Structure(structure),
        _ => value.ToString(),
    };

    private (string Key, object? Value)[] Structure(StructureValue structure)
    {
        var members = structure.Properties.Select(p => (p.Name, Value(p.Value)));
        return included.HasFlag(IncludedData.StructureValueTypeTags) && structure.TypeTag is { } tag ? [.. members, ("$type", tag)] : [.. members];
    }

    private static object? Scalar(object? value) => value switch
    {
        null => null,
        string or bool or long or int or double or byte[] => value,
        sbyte or byte or short or ushort or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        ulong number => number <= long.MaxValue ? (long)number : (double)number,
        float or decimal => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        DateTime or DateTimeOffset => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
        TimeOnly timeOfDay => timeOfDay.ToString("O", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    [SuppressMessage("Security", "CA5351", Justification = "a fingerprint that the attribute's name prescribes, not a secret")]
    private static string Md5(string template) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(template)));
}
