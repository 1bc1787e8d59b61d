using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Pharos.TestKit;

namespace Pharos.Benchmarks.Micro;

/// <summary>Runs the classes of this folder, in this process: nothing is generated and compiled anew.</summary>
internal static class MicroBenchmarks
{
    public static int Run(string[] args)
    {
        var job = (args.Contains("--long") ? Job.Default : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
        var config = DefaultConfig.Instance
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .HideColumns(Column.Error, Column.Toolchain, Column.IterationCount, Column.LaunchCount, Column.WarmupCount, Column.Job)
            .WithArtifactsPath(Repository.PathOf("artifacts", "benchmarks"));
        string[] rest = [.. args.Where(word => word is not ("--long" or "--short"))];
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(rest.Contains("--filter") || rest.Contains("--list") ? rest : [.. rest, "--filter", "*"], config);
        return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
    }
}
