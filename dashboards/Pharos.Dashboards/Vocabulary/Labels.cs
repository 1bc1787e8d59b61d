using Pharos.Exporters.Prometheus;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Dashboards.Vocabulary;

/// <summary>Labels in Prometheus and structured metadata in Loki: the same attribute has the same name in both.</summary>
public static class Labels
{
    /// <summary><c>service.namespace/service.name</c>, or the name alone.</summary>
    public const string Job = "job";

    /// <summary><c>service.instance.id</c>.</summary>
    public const string Instance = "instance";

    public static readonly string App = Of(AttributeNames.ServiceName);
    public static readonly string Namespace = Of(AttributeNames.ServiceNamespace);
    public static readonly string InstanceId = Of(AttributeNames.ServiceInstanceId);
    public static readonly string Version = Of(AttributeNames.ServiceVersion);
    public static readonly string Environment = Of(AttributeNames.DeploymentEnvironmentName);
    public static readonly string Host = Of(AttributeNames.HostName);
    public static readonly string Index = Of(AttributeNames.InstanceIndex);
    public static readonly string State = Of(AttributeNames.InstanceState);
    public static readonly string RestartReason = Of(AttributeNames.RestartReason);
    public static readonly string ExitReason = Of(AttributeNames.ExitReason);
    public static readonly string Outcome = Of(AttributeNames.Outcome);
    public static readonly string ProbeType = Of(AttributeNames.ProbeType);
    public static readonly string CpuMode = Of(AttributeNames.CpuMode);
    public static readonly string SwitchType = Of(AttributeNames.ContextSwitchType);
    public static readonly string FaultType = Of(AttributeNames.PagingFaultType);
    public static readonly string Direction = Of(AttributeNames.DiskIoDirection);
    public static readonly string Stream = Of(AttributeNames.LogIoStream);
    public static readonly string Severity = Of(AttributeNames.LogSeverityBand);
    public static readonly string DropReason = Of(AttributeNames.LogDropReason);
    public static readonly string Method = Of(AttributeNames.HttpRequestMethod);
    public static readonly string StatusCode = Of(AttributeNames.HttpResponseStatusCode);
    public static readonly string Error = Of(AttributeNames.ErrorType);

    // Only on log records and events.
    public static readonly string Pid = Of(AttributeNames.ProcessPid);
    public static readonly string ExitCode = Of(AttributeNames.ProcessExitCode);
    public static readonly string ExitSignal = Of(AttributeNames.ExitSignalName);
    public static readonly string ExitUptime = Of(AttributeNames.ExitUptime);
    public static readonly string LastLines = Of(AttributeNames.ExitLastLines);
    public static readonly string ExceptionType = Of(AttributeNames.ExceptionType);
    public static readonly string TruncatedFrom = Of(AttributeNames.LogTruncatedFrom);

    /// <summary>Number of the process in its slot: only events have it. They are told from lines by it, not by their name, which Loki up to 3.7 drops.</summary>
    public static readonly string Incarnation = Of(AttributeNames.InstanceIncarnation);

    public static readonly string FailureReason = Of(AttributeNames.FailureReason);

    /// <summary>Loki's own name of an OTLP record's EventName; it may be missing.</summary>
    public const string Event = "event_name";

    /// <summary>Loki's own name of the level.</summary>
    public const string Level = "detected_level";

    /// <summary>Loki's own name of a record's trace id.</summary>
    public const string TraceId = "trace_id";

    /// <summary>Of an OTLP attribute.</summary>
    public static string Of(string attribute) => NameTranslator.Label(attribute);
}
