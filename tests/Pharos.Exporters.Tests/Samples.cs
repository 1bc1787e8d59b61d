using System.Text;
using Pharos.Exporters.Settings;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Tests;

/// <summary>Small telemetry for tests.</summary>
internal static class Samples
{
    public const long Now = 1_800_000_000_000_000_000;

    public static TelemetryResource Resource(string name = "web", int index = 0) => new(
        (AttributeNames.ServiceName, name),
        (AttributeNames.ServiceNamespace, "shop"),
        (AttributeNames.ServiceInstanceId, $"{name}-{index}"),
        (AttributeNames.ServiceVersion, "1.2.3"),
        (AttributeNames.DeploymentEnvironmentName, "production"),
        (AttributeNames.HostName, "vm"),
        (AttributeNames.OsType, "linux"),
        (AttributeNames.InstanceIndex, (long)index));

    public static LogRecord Log(TelemetryResource resource, string body) => new()
    {
        Resource = resource,
        TimeUnixNanos = Now,
        ObservedUnixNanos = Now + 1,
        SeverityNumber = Severity.Info,
        SeverityText = "INFO",
        Body = Encoding.UTF8.GetBytes(body),
    };

    public static MetricPoint Point(MetricDefinition metric, double value, string? first = null, string? second = null, long start = Now, long time = Now + 10) => new()
    {
        Metric = metric,
        Long = metric.IsDouble ? 0 : (long)value,
        Double = metric.IsDouble ? value : 0,
        Attribute1 = first,
        Attribute2 = second,
        StartUnixNanos = start,
        TimeUnixNanos = time,
    };

    public static MetricBatch Batch(TelemetryResource resource, params MetricPoint[] points)
    {
        var batch = new MetricBatch(resource);
        batch.Points.AddRange(points);
        return batch;
    }

    public static OtlpSignalSettings To(Uri endpoint, OtlpSignal signal = OtlpSignal.Logs, OtlpTransport transport = OtlpTransport.HttpProtobuf, bool gzip = false) => new()
    {
        Endpoint = transport == OtlpTransport.Grpc ? endpoint : new Uri(endpoint, "/v1/" + signal.ToString().ToLowerInvariant()),
        Transport = transport,
        Gzip = gzip,
        Headers = [new("x-token", "s3cret")],
    };
}

/// <summary>A clock on which waits end at once and are written down; the time-out of a request never comes.</summary>
internal sealed class HastyTime(TimeSpan requestTimeout) : TimeProvider
{
    private readonly Lock _gate = new(); // guards _waits
    private readonly List<TimeSpan> _waits = [];

    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_gate)
                return [.. _waits];
        }
    }

    public static DateTimeOffset Today { get; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Today;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == requestTimeout || dueTime == Timeout.InfiniteTimeSpan)
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_gate)
            _waits.Add(dueTime);
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}

/// <summary>Files beside the solution.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Compares with a file of the repository; UPDATE_GOLDEN=1 writes it.</summary>
    public static void Matches(string path, string actual)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        Assert.Equal(File.ReadAllText(file), actual);
    }

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Observability.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside the repository");
        return folder;
    }
}
