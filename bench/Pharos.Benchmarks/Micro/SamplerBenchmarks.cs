using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Pharos.Core.Ports;
using Pharos.Linux.Sampling;

namespace Pharos.Benchmarks.Micro;

/// <summary>/proc, of real processes that sleep. The daemon does both every second.</summary>
public class SamplerBenchmarks
{
    private const int Instances = 50;
    private readonly List<Process> _processes = [];
    private readonly List<ISampledProcess> _sampled = [];
    private ProcSampler _sampler = new();

    [GlobalSetup]
    public void Start()
    {
        _sampler = new ProcSampler();
        for (var i = 0; i < Instances; i++)
        {
            var process = Process.Start("/bin/sleep", "100000");
            _processes.Add(process);
            _sampled.Add(_sampler.Open(process.Id) ?? throw new InvalidOperationException("a process that sleeps is gone"));
        }
    }

    [GlobalCleanup]
    public void End()
    {
        _sampled.ForEach(sampled => sampled.Dispose());
        _sampler.Dispose();
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _processes.Clear();
        _sampled.Clear();
    }

    /// <summary>Every fifth sample reads more: the mean is over both.</summary>
    [Benchmark(OperationsPerInvoke = Instances)]
    public long A_sample_of_one_instance()
    {
        var sum = 0L;
        ProcessSample sample = default;
        foreach (var process in _sampled)
        {
            if (!process.TryRead(ref sample))
                throw new InvalidOperationException("a process that sleeps is gone");
            sum += sample.RssBytes;
        }

        return sum;
    }

    /// <summary>While nothing is born on the machine four of five passes are skipped; the mean is over all, and over whatever the machine bears meanwhile.</summary>
    [Benchmark]
    public void A_refresh_of_the_trees() => _sampler.RefreshTrees();
}
