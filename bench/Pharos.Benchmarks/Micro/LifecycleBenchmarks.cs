using BenchmarkDotNet.Attributes;
using Pharos.Core.Lifecycle;

namespace Pharos.Benchmarks.Micro;

/// <summary>One crash and its restart: Exited, Spawned, BecameReady. The figure is per step.</summary>
public class LifecycleBenchmarks
{
    private InstanceState _running = new();

    [GlobalSetup]
    public void Start()
    {
        var it = InstanceLifecycle.Step(new InstanceState { Policy = new RestartPolicy { MaxCrashes = 0 } }, new InstanceEvent.StartRequested()).Next;
        it = InstanceLifecycle.Step(it, new InstanceEvent.Spawned(it.Incarnation)).Next;
        _running = InstanceLifecycle.Step(it, new InstanceEvent.BecameReady(it.Incarnation)).Next;
        if (_running.Phase != Phase.Running)
            throw new InvalidOperationException($"{_running.Phase} in place of Running");
    }

    [Benchmark(OperationsPerInvoke = 3)]
    public InstanceState A_step_of_a_crash_and_its_restart()
    {
        var it = InstanceLifecycle.Step(_running, new InstanceEvent.Exited(_running.Incarnation, new ExitStatus(1, null), TimeSpan.FromMinutes(1))).Next;
        it = InstanceLifecycle.Step(it, new InstanceEvent.Spawned(it.Incarnation)).Next;
        return InstanceLifecycle.Step(it, new InstanceEvent.BecameReady(it.Incarnation)).Next;
    }

    [Benchmark]
    public bool A_word_that_means_nothing() => InstanceLifecycle.Step(_running, new InstanceEvent.DeadlinePassed(0)).Handled;
}
