using System.Collections.Frozen;

namespace Pharos.Logs.Records.Fields;

/// <summary>What a field is to a record.</summary>
internal enum FieldRole
{
    Attribute,
    Severity,
    Message,
    Time,
    TraceId,
    SpanId,
    TraceParent,
}

/// <summary>What the fields of the usual loggers are called, and what we call them. Comparison ignores case.</summary>
internal static class FieldNames
{
    public const string StackTrace = "exception.stacktrace";
    public const string ExceptionType = "exception.type";
    public const string ExceptionMessage = "exception.message";

    private static readonly FrozenDictionary<string, FieldRole> Roles = Of(
        (FieldRole.Severity, "level severity lvl levelname @l loglevel log.level severity_text severitytext level_name"),
        (FieldRole.Message, "message msg @m event short_message rendered_message renderedmessage"),
        (FieldRole.Time, "timestamp time ts @t @timestamp t date datetime asctime eventtime instant"),
        (FieldRole.TraceId, "trace_id traceid trace.id @tr dd.trace_id oteltraceid x-b3-traceid trace"),
        (FieldRole.SpanId, "span_id spanid span.id @sp dd.span_id otelspanid x-b3-spanid"),
        (FieldRole.TraceParent, "traceparent"));

    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["err.type"] = ExceptionType,
        ["err.name"] = ExceptionType,
        ["err.message"] = ExceptionMessage,
        ["err.stack"] = StackTrace,
        ["error.type"] = ExceptionType,
        ["error.name"] = ExceptionType,
        ["error.message"] = ExceptionMessage,
        ["error.stack"] = StackTrace,
        ["error.stack_trace"] = StackTrace,
        ["stack"] = StackTrace,
        ["stacktrace"] = StackTrace,
        ["stack_trace"] = StackTrace,
        ["exc_info"] = StackTrace,
        ["exception"] = StackTrace,
        ["@x"] = StackTrace,
        ["exc.type"] = ExceptionType,
        ["thrown.name"] = ExceptionType,
        ["thrown.message"] = ExceptionMessage,
        ["thrown.extendedStackTrace"] = StackTrace,
        ["@mt"] = "message_template.text",
        ["@i"] = "message_template.hash",
        ["@r"] = "message_template.renderings",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static FieldRole RoleOf(string key) => Roles.GetValueOrDefault(key, FieldRole.Attribute);

    public static string NameOf(string key) => Names.GetValueOrDefault(key, key);

    private static FrozenDictionary<string, FieldRole> Of(params ReadOnlySpan<(FieldRole Role, string Names)> roles)
    {
        var all = new Dictionary<string, FieldRole>(StringComparer.OrdinalIgnoreCase);
        foreach (var (role, names) in roles)
        {
            foreach (var name in names.Split(' '))
                all[name] = role;
        }

        return all.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
