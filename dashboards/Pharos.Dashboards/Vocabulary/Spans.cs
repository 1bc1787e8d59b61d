using Pharos.Telemetry.Catalogue;

namespace Pharos.Dashboards.Vocabulary;

/// <summary>TraceQL over the supervisor's operations. They are the supervisor's spans; whose they are about is in their attributes.</summary>
public static class Spans
{
    /// <summary>Namespace of the app that an operation is about.</summary>
    public const string AppNamespace = "pharos.app.namespace";

    /// <summary>The app's <c>service.instance.id</c>.</summary>
    public const string InstanceId = "pharos.instance.id";

    private const string Operations = "pharos[.](instance|job)[.].*";

    /// <summary>Operations on the chosen apps.</summary>
    /// <param name="conditions">Further conditions, all of which hold.</param>
    public static string OfApps(params string[] conditions) => Filter(
        [$"name =~ \"{Operations}\"", $"{Span(AttributeNames.AppName)} =~ \"$app\"", $"{Span(AppNamespace)} =~ \"$namespace\"", $"resource.{AttributeNames.HostName} =~ \"$host\"", .. conditions]);

    /// <summary>Operations on the chosen instances.</summary>
    public static string OfInstances(params string[] conditions) => OfApps([$"{Span(InstanceId)} =~ \"$instance\"", .. conditions]);

    /// <summary>Operations on the one slot that is chosen by its number.</summary>
    public static string OfSlot(params string[] conditions) => OfApps([$"{Span(InstanceId)} =~ \"$ids\"", .. conditions]);

    /// <summary>An attribute of a span.</summary>
    public static string Span(string attribute) => $"span.{attribute}";

    /// <summary>Attributes that become columns of the table.</summary>
    public static string Select(params string[] attributes) => $" | select({string.Join(", ", attributes.Select(a => a is "status" or "statusMessage" ? a : Span(a)))})";

    private static string Filter(IEnumerable<string> conditions) => $"{{ {string.Join(" && ", conditions)} }}";
}
