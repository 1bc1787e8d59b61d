using System.Text;
using BenchmarkDotNet.Attributes;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Exporters.Settings;
using Pharos.Exporters.Wire;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Instances;
using Pharos.Telemetry.Records;

namespace Pharos.Benchmarks.Micro;

/// <summary>Telemetry into protobuf: a batch of log records of ten instances, and all metrics of a hundred.</summary>
public class OtlpBenchmarks
{
    private const int Records = 512;
    private const int Instances = 100;
    private const long Now = 1_800_000_000_000_000_000;
    private readonly ProtobufWriter _writer = new();
    private readonly Temporality _cumulative = new(TemporalityPreference.Cumulative, Now);
    private readonly List<InstanceTelemetry> _instances = [];
    private readonly List<MetricBatch> _batches = [];
    private LogRecord[] _records = [];

    [GlobalSetup]
    public void Make()
    {
        for (var i = 0; i < Instances; i++)
            _instances.Add(Instance(i));
        Collect();
        var body = Encoding.UTF8.GetBytes("""{"level":30,"time":1800000000000,"msg":"GET /api/orders/4711 answered","status":200,"ms":12.7,"user":"a3f9"}""");
        _records = [.. Enumerable.Range(0, Records).Select(i => new LogRecord
        {
            Resource = _instances[i % 10].Resource,
            TimeUnixNanos = Now,
            ObservedUnixNanos = Now,
            SeverityNumber = Severity.Info,
            SeverityText = "30",
            Body = body,
            Attributes = [("log.iostream", "stdout")],
        })];
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int A_log_record()
    {
        _writer.Clear();
        OtlpEncoder.WriteLogs(_writer, _records);
        return _writer.Length;
    }

    [Benchmark(OperationsPerInvoke = Instances)]
    public int All_metrics_of_one_instance_encoded()
    {
        _writer.Clear();
        OtlpEncoder.WriteMetrics(_writer, _batches, _cumulative);
        return _writer.Length;
    }

    [Benchmark(OperationsPerInvoke = Instances)]
    public int All_metrics_of_one_instance_collected()
    {
        Collect();
        return _batches.Count;
    }

    [GlobalCleanup]
    public void End() => _writer.Dispose();

    private static InstanceTelemetry Instance(int index)
    {
        var telemetry = new InstanceTelemetry(
            new TelemetryResource(
                (AttributeNames.ServiceName, "web"),
                (AttributeNames.ServiceNamespace, "shop"),
                (AttributeNames.ServiceInstanceId, $"57b01e5d-93f0-5eb7-a38f-{index:d12}"),
                (AttributeNames.DeploymentEnvironmentName, "production"),
                (AttributeNames.HostName, "vm"),
                (AttributeNames.OsType, "linux"),
                (AttributeNames.InstanceIndex, (long)index)), Now)
        { CreatedUnixNanos = Now };
        telemetry.Now(new InstanceState { Phase = Phase.Running, Readiness = Readiness.Ready });
        telemetry.Started(ready: true, 0.4);
        telemetry.Sampled(new ProcessSample { RssBytes = 50 << 20, Threads = 11, CpuUserSeconds = 1, TreeProcesses = 1 }, Now, 1);
        return telemetry;
    }

    private void Collect()
    {
        _batches.Clear();
        foreach (var instance in _instances)
            instance.Collect(_batches, Now, final: true);
    }
}
