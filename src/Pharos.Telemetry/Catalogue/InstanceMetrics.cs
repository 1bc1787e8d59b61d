using Pharos.Core.Ports;
using static Pharos.Telemetry.Catalogue.MetricKind;

namespace Pharos.Telemetry.Catalogue;

/// <summary>Every metric about an instance or an app. Public API: names change only with a major version.</summary>
public static class InstanceMetrics
{
    /// <summary>Before the names of metrics that an app takes of itself (<c>@pm2/io</c>): they are the app's to choose, so they are not in this list.</summary>
    public const string AppPrefix = "app.";

    private static readonly double[] OperationBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    private static readonly double[] LifetimeBounds = [0.1, 1, 5, 15, 60, 300, 1800, 3600, 21600, 86400, 604800];

    public static readonly MetricDefinition CpuTime = new("process.cpu.time", Counter, "s", "CPU seconds used by the process.", AttributeNames.CpuMode) { IsDouble = true, IsObserved = true };
    public static readonly MetricDefinition MemoryUsage = new("process.memory.usage", UpDownCounter, "By", "Resident memory of the process.");
    public static readonly MetricDefinition MemoryVirtual = new("process.memory.virtual", UpDownCounter, "By", "Virtual memory of the process.");
    public static readonly MetricDefinition ThreadCount = new("process.thread.count", UpDownCounter, "{thread}", "Threads of the process.");
    public static readonly MetricDefinition FileDescriptors = new("process.unix.file_descriptor.count", UpDownCounter, "{file_descriptor}", "Open file descriptors of the process.");
    public static readonly MetricDefinition ContextSwitches = new("process.context_switches", Counter, "{context_switch}", "Context switches of the process.", AttributeNames.ContextSwitchType) { IsObserved = true };
    public static readonly MetricDefinition PagingFaults = new("process.paging.faults", Counter, "{fault}", "Page faults of the process.", AttributeNames.PagingFaultType) { IsObserved = true };
    public static readonly MetricDefinition DiskIo = new("process.disk.io", Counter, "By", "Bytes that the process read from and wrote to storage.", AttributeNames.DiskIoDirection) { IsObserved = true };
    public static readonly MetricDefinition Uptime = new("process.uptime", Gauge, "s", "Time since the process started.") { IsDouble = true };

    public static readonly MetricDefinition TreeMemory = new("pharos.instance.tree.memory.usage", UpDownCounter, "By", "Resident memory of the process and all its descendants.");
    public static readonly MetricDefinition TreeProcesses = new("pharos.instance.tree.process.count", UpDownCounter, "{process}", "Processes in the instance's tree.");
    public static readonly MetricDefinition Restarts = new("pharos.instance.restarts", Counter, "{restart}", "Further incarnations started, by reason.", AttributeNames.RestartReason);
    public static readonly MetricDefinition Exits = new("pharos.instance.exits", Counter, "{exit}", "Ends of processes, by reason.", AttributeNames.ExitReason);
    public static readonly MetricDefinition Status = new("pharos.instance.status", UpDownCounter, "1", "1 for the state that the instance is in, 0 for the others.", AttributeNames.InstanceState);
    public static readonly MetricDefinition Ready = new("pharos.instance.ready", UpDownCounter, "1", "1 when the instance can do its work.");
    public static readonly MetricDefinition StartDuration = new("pharos.instance.start.duration", Histogram, "s", "From the order to start until ready, by outcome.", AttributeNames.Outcome) { IsDouble = true, Bounds = OperationBounds };
    public static readonly MetricDefinition StopDuration = new("pharos.instance.stop.duration", Histogram, "s", "From the stop signal to the end, by reason.", AttributeNames.ExitReason) { IsDouble = true, Bounds = OperationBounds };
    public static readonly MetricDefinition RunDuration = new("pharos.instance.run.duration", Histogram, "s", "Lifetime of processes, by the reason of their end.", AttributeNames.ExitReason) { IsDouble = true, Bounds = LifetimeBounds };
    public static readonly MetricDefinition ReloadDuration = new("pharos.instance.reload.duration", Histogram, "s", "From the order to reload until the new process had the place of the old one, by outcome.", AttributeNames.Outcome) { IsDouble = true, Bounds = OperationBounds };
    public static readonly MetricDefinition BackoffDelay = new("pharos.instance.backoff.delay", Gauge, "s", "The delay before the next start; 0 when none is waited.") { IsDouble = true };
    public static readonly MetricDefinition ProbeDuration = new("pharos.probe.duration", Histogram, "s", "Time until the answer of a probe, or until it was given up, by type and outcome.", AttributeNames.ProbeType, AttributeNames.Outcome) { IsDouble = true, Bounds = OperationBounds };
    public static readonly MetricDefinition HttpServerDuration = new("http.server.request.duration", Histogram, "s", "HTTP requests that the app answered and how long that took, measured in it without a package (Node apps).", AttributeNames.HttpRequestMethod, AttributeNames.HttpResponseStatusCode) { IsDouble = true, Bounds = [.. ServedRequests.Bounds] };
    public static readonly MetricDefinition MemoryLimit = new("pharos.instance.memory.limit", UpDownCounter, "By", "The memory limit of the instance, when it has one.");
    public static readonly MetricDefinition FileDescriptorLimit = new("pharos.instance.file_descriptor.limit", UpDownCounter, "{file_descriptor}", "Most file descriptors that the process may have open (its soft limit), when there is one.");
    public static readonly MetricDefinition LogRecords = new("pharos.log.records", Counter, "{record}", "Lines that the instance printed.", AttributeNames.LogIoStream, AttributeNames.LogSeverityBand);
    public static readonly MetricDefinition LogBytes = new("pharos.log.bytes", Counter, "By", "Bytes that the instance printed.", AttributeNames.LogIoStream);
    public static readonly MetricDefinition LogDropped = new("pharos.log.dropped", Counter, "{record}", "Lines that did not reach their destination, by reason.", AttributeNames.LogDropReason);

    public static readonly MetricDefinition AppInstances = new("pharos.app.instance.count", UpDownCounter, "{instance}", "Instances of the app that have a process.");
    public static readonly MetricDefinition AppDesired = new("pharos.app.instance.desired", UpDownCounter, "{instance}", "Instances of the app that somebody wants to run.");

    public static readonly MetricDefinition JobRuns = new("pharos.job.runs", Counter, "{run}", "Runs of the job that ended or were left out, by outcome.", AttributeNames.Outcome);
    public static readonly MetricDefinition JobRunDuration = new("pharos.job.run.duration", Histogram, "s", "From the start of a run to its end, by outcome.", AttributeNames.Outcome) { IsDouble = true, Bounds = LifetimeBounds };

    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        CpuTime, MemoryUsage, MemoryVirtual, ThreadCount, FileDescriptors, ContextSwitches, PagingFaults, DiskIo, Uptime,
        TreeMemory, TreeProcesses, Restarts, Exits, Status, Ready, StartDuration, StopDuration, RunDuration, ReloadDuration, BackoffDelay,
        ProbeDuration, HttpServerDuration, MemoryLimit, FileDescriptorLimit, LogRecords, LogBytes, LogDropped, AppInstances, AppDesired, JobRuns, JobRunDuration,
    ];
}
