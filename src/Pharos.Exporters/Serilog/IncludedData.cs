namespace Serilog.Sinks.OpenTelemetry;

/// <summary>What of an event goes into its record beside level, message, time and properties.</summary>
[Flags]
public enum IncludedData
{
    /// <summary>Nothing else.</summary>
    None = 0,

    /// <summary>Attribute <c>message_template.text</c>.</summary>
    MessageTemplateTextAttribute = 1,

    /// <summary>Attribute <c>message_template.hash.md5</c>.</summary>
    MessageTemplateMD5HashAttribute = 2,

    /// <summary>The record's trace id.</summary>
    TraceIdField = 4,

    /// <summary>The record's span id.</summary>
    SpanIdField = 8,

    /// <summary>The resource attributes that the specification requires, where they are missing.</summary>
    SpecRequiredResourceAttributes = 16,

    /// <summary>The body is the template, not the rendered message.</summary>
    TemplateBody = 32,

    /// <summary>Attribute <c>message_template.renderings</c>: values of tokens that have a format.</summary>
    MessageTemplateRenderingsAttribute = 64,

    /// <summary>SourceContext stays an attribute beside being the scope's name.</summary>
    SourceContextAttribute = 128,

    /// <summary>Structures carry their type as <c>$type</c>.</summary>
    StructureValueTypeTags = 256,
}
