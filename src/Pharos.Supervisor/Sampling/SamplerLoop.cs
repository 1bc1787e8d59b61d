using Pharos.Core.Identity;
using Pharos.Core.Ports;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Sampling;

/// <summary>One pass over /proc each interval for all instances, on one thread. It alone opens and closes the /proc files.</summary>
internal sealed class SamplerLoop : IDisposable
{
    private readonly IProcessSampler _sampler;
    private readonly Func<IEnumerable<InstanceActor>> _actors;
    private readonly SupervisorStats _stats;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Action<string> _say;
    private readonly Dictionary<InstanceKey, (int Pid, int Incarnation, long StartedUnixNanos, ISampledProcess Files)> _open = [];
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    public SamplerLoop(IProcessSampler sampler, Func<IEnumerable<InstanceActor>> actors, SupervisorStats stats, TimeProvider time, TimeSpan interval, Action<string> say)
    {
        _sampler = sampler;
        _actors = actors;
        _stats = stats;
        _time = time;
        _interval = interval;
        _say = say;
        _thread = new Thread(Run) { IsBackground = true, Name = "sampler" };
        _thread.Start();
    }

    private void Run()
    {
        var due = _time.GetTimestamp();
        var step = (long)(_interval.TotalSeconds * _time.TimestampFrequency);
        while (!_stop.IsSet)
        {
            var began = _time.GetTimestamp();
            Pass();
            _stats.Sampled(_time.GetElapsedTime(began), _time.GetElapsedTime(due, began));
            due += step;
            var now = _time.GetTimestamp();
            if (due < now)
                due = now; // never a burst of passes to catch up
            _stop.Wait(_time.GetElapsedTime(now, due));
        }
    }

    private void Pass()
    {
        Follow();
        _sampler.RefreshTrees();
        foreach (var actor in _actors())
        {
            if (!_open.TryGetValue(actor.Snapshot.Key, out var open))
                continue;
            ProcessSample sample = default;
            if (open.Files.TryRead(ref sample) && actor.Snapshot.State.Incarnation == open.Incarnation && actor.Snapshot.Process is not null)
            {
                actor.Telemetry.Sampled(in sample, open.StartedUnixNanos, (long)(_time.GetElapsedTime(0, _time.GetTimestamp()).TotalSeconds * 1e9));
                MemoryGuard.Look(actor, in sample, _say);
            }
        }
    }

    private void Follow()
    {
        HashSet<InstanceKey> present = [];
        foreach (var actor in _actors())
        {
            var it = actor.Snapshot;
            present.Add(it.Key);
            var known = _open.TryGetValue(it.Key, out var open);
            if (known && it.Process?.Pid == open.Pid && it.State.Incarnation == open.Incarnation)
                continue;
            if (known)
            {
                open.Files.Dispose();
                _open.Remove(it.Key);
            }

            if (it is { Process: { } process, StartedAt: { } started } && _sampler.Open(process.Pid) is { } files)
                _open.Add(it.Key, (process.Pid, it.State.Incarnation, InstanceReporter.UnixNanos(started), files));
        }

        foreach (var gone in _open.Keys.Where(k => !present.Contains(k)).ToList())
        {
            _open[gone].Files.Dispose();
            _open.Remove(gone);
        }
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        foreach (var open in _open.Values)
            open.Files.Dispose();
        _stop.Dispose();
    }
}
