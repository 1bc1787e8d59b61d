using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using OpenTelemetry.Metrics;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Exporters.SelfTelemetry;

/// <summary>Metrics of the current process. Entry point and names are those of OpenTelemetry.Instrumentation.Process (docs/adr/0002): that package can take its place.</summary>
public static class ProcessInstrumentation
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "OpenTelemetry.Instrumentation.Process";

    private static readonly Lock Gate = new(); // guards _meter
    private static Meter? _meter;

    /// <summary>Adds the <c>process.*</c> metrics of this process.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MeterProviderBuilder AddProcessInstrumentation(this MeterProviderBuilder builder)
    {
        Start();
        return builder.AddMeter(MeterName);
    }

    /// <summary>Makes the instruments, once; a scrape without the SDK sees them, too.</summary>
    public static void Start()
    {
        lock (Gate)
            _meter ??= CreateMeter();
    }

    private static Meter CreateMeter()
    {
        var meter = new Meter(new MeterOptions(MeterName) { Version = SemanticConventions.Version, TelemetrySchemaUrl = SemanticConventions.SchemaUrl });
        var self = new ProcessSnapshot(TimeProvider.System);
        UpDown(meter, InstanceMetrics.MemoryUsage, () => self.Current.WorkingSetBytes);
        UpDown(meter, InstanceMetrics.MemoryVirtual, () => self.Current.VirtualBytes);
        UpDown(meter, InstanceMetrics.ThreadCount, () => self.Current.Threads);
        UpDown(meter, InstanceMetrics.FileDescriptors, () => self.Current.FileDescriptors);
        var cpu = InstanceMetrics.CpuTime;
        meter.CreateObservableCounter(cpu.Name, () => Cpu(self.Current), cpu.Unit, cpu.Description);
        var uptime = InstanceMetrics.Uptime;
        meter.CreateObservableGauge(uptime.Name, () => self.Current.UptimeSeconds, uptime.Unit, uptime.Description);
        return meter;
    }

    private static void UpDown(Meter meter, MetricDefinition metric, Func<long> read) =>
        meter.CreateObservableUpDownCounter(metric.Name, read, metric.Unit, metric.Description);

    private static Measurement<double>[] Cpu(ProcessNumbers now) =>
    [
        new(now.UserSeconds, new KeyValuePair<string, object?>(AttributeNames.CpuMode, "user")),
        new(now.SystemSeconds, new KeyValuePair<string, object?>(AttributeNames.CpuMode, "system")),
    ];
}

/// <summary>What one look at the current process tells.</summary>
internal sealed record ProcessNumbers(
    long WorkingSetBytes, long VirtualBytes, long Threads, long FileDescriptors, double UserSeconds, double SystemSeconds, double UptimeSeconds);

/// <summary>One look serves all instruments of one collection: they are read within 10 ms of each other.</summary>
internal sealed class ProcessSnapshot(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMilliseconds(10);
    private readonly Lock _gate = new(); // guards the two below
    private ProcessNumbers? _numbers;
    private long _taken;

    public ProcessNumbers Current
    {
        get
        {
            lock (_gate)
            {
                if (_numbers is null || time.GetElapsedTime(_taken) > Lifetime)
                    (_numbers, _taken) = (Look(), time.GetTimestamp());
                return _numbers;
            }
        }
    }

    private static ProcessNumbers Look()
    {
        using var self = Process.GetCurrentProcess();
        return new ProcessNumbers(
            self.WorkingSet64,
            self.VirtualMemorySize64,
            ThreadCount(),
            FileDescriptorCount(),
            self.UserProcessorTime.TotalSeconds,
            self.PrivilegedProcessorTime.TotalSeconds,
            (DateTime.Now - self.StartTime).TotalSeconds);
    }

    /// <summary>proc_pid_status(5): one read, where Process.Threads opens a file per thread.</summary>
    private static long ThreadCount()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("Threads:", StringComparison.Ordinal))
                return long.Parse(line.AsSpan("Threads:".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
        }

        return 0;
    }

    /// <summary>Without the one that the counting itself opens.</summary>
    private static long FileDescriptorCount() => Directory.EnumerateFileSystemEntries("/proc/self/fd").LongCount() - 1;
}
