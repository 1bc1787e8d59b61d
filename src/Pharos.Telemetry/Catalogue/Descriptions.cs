namespace Pharos.Telemetry.Catalogue;

/// <summary>What the names of spans and resource attributes mean, for the documentation.</summary>
public static class Descriptions
{
    /// <summary>Every span name, operations first and then the steps inside.</summary>
    public static IReadOnlyList<(string Name, string Description)> Spans { get; } =
    [
        (SpanNames.Start, "From the order to start an instance until it is ready or has failed."),
        (SpanNames.Stop, "From the order to stop an instance until its process has ended."),
        (SpanNames.Restart, "A further incarnation; after a crash a trace of its own, linked to the one before."),
        (SpanNames.Reload, "A new process in place of the old one: beside it until it is ready, where the app can do that; until the old one is gone."),
        (SpanNames.Adopt, "A process that outlived its daemon was taken back."),
        (SpanNames.ProbeTransition, "A running instance became ready, or can no longer do its work; linked to the operation before."),
        (SpanNames.AwaitDependencies, "The wait for the apps that must be there first."),
        (SpanNames.JobRun, "One run of a job, from its start to its end: a trace of its own, linked to the run before and to the command that asked for it. The run's process gets it as TRACEPARENT."),
        (SpanNames.Resolve, "Interpreter, directory and credentials were looked up."),
        (SpanNames.Backoff, "The wait before the next start."),
        (SpanNames.Spawn, "The kernel made the process."),
        (SpanNames.WaitReady, "The wait for readiness."),
        (SpanNames.Signal, "The stop signal was sent."),
        (SpanNames.Drain, "The grace period."),
        (SpanNames.Kill, "What was left got SIGKILL."),
        (SpanNames.OtelTest, "What 'pharos otel test' sends, under service.name pharos-otel-test."),
    ];

    /// <summary>Attributes of an instance's resource, on its metrics, logs and events.</summary>
    public static IReadOnlyList<(string Name, string Description)> ResourceAttributes { get; } =
    [
        (AttributeNames.ServiceName, "Name of the app; `pharos` for the supervisor's own signals."),
        (AttributeNames.ServiceNamespace, "Namespace of the app."),
        (AttributeNames.ServiceInstanceId, "UUIDv5 of host id, namespace, app and slot: stable over restarts."),
        (AttributeNames.ServiceVersion, "Version of the app, when it has one."),
        (AttributeNames.DeploymentEnvironmentName, "From the spec, `APP_ENV` or `NODE_ENV`."),
        (AttributeNames.ServiceCriticality, "critical, high, medium or low, where `OTEL_RESOURCE_ATTRIBUTES` of the app or of the daemon says so; the severity of its alerts goes by it."),
        (AttributeNames.HostName, "Name of the host."),
        (AttributeNames.HostId, "Machine id of the host."),
        (AttributeNames.OsType, "`linux`."),
        (AttributeNames.InstanceIndex, "Number of the slot."),
    ];
}
