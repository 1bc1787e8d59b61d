using Pharos.Core.Identity;
using Pharos.Core.Ports;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Sampling;

/// <summary>One pass over /proc each interval for all instances, on one thread, and one when somebody looks at numbers that are old. It alone opens and closes the /proc files.</summary>
internal sealed class SamplerLoop : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly IProcessSampler _sampler;
    private readonly Func<IEnumerable<InstanceActor>> _actors;
    private readonly SupervisorStats _stats;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Action<string> _say;
    private readonly Dictionary<InstanceKey, (int Pid, int Incarnation, long StartedUnixNanos, ISampledProcess Files)> _open = [];
    private readonly HashSet<InstanceKey> _present = [];
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously); // completes with the pass that begins next
    private long _passed;
    private volatile bool _asked;
    private volatile bool _stopping;
    private bool _failing;

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

    /// <summary>Sees to it that the numbers are not older than they would be by default.</summary>
    public async Task FreshenAsync()
    {
        if (_interval <= Fresh || (Volatile.Read(ref _passed) is not 0 and var passed && _time.GetElapsedTime(passed) <= Fresh))
            return;
        var next = Volatile.Read(ref _next).Task;
        _asked = true;
        _wake.Set();
        await Task.WhenAny(next, Task.Delay(Patience, _time));
    }

    private void Run()
    {
        var due = _time.GetTimestamp();
        var step = (long)(_interval.TotalSeconds * _time.TimestampFrequency);
        while (!_stopping)
        {
            var began = _time.GetTimestamp();
            _asked = false;
            var done = Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously));
            TryPass();
            Volatile.Write(ref _passed, began);
            done.TrySetResult();
            _stats.Sampled(_time.GetElapsedTime(began), _time.GetElapsedTime(due, began));
            due += step;
            var now = _time.GetTimestamp();
            if (due < now)
                due = now; // never a burst of passes to catch up
            _wake.WaitOne(_time.GetElapsedTime(now, due));
            if (_asked)
                due = _time.GetTimestamp();
        }
    }

    private void TryPass()
    {
        try
        {
            Pass();
            _failing = false;
        }
        catch (IOException e)
        {
            // No numbers for now (/proc refused, out of descriptors): apps go on. Said once.
            if (!_failing)
                _say($"cannot sample: {e.Message}; tried again each {_interval.TotalSeconds:0.###} s");
            _failing = true;
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
            if (!open.Files.TryRead(ref sample) || !IsOf(actor, open.Incarnation))
                continue;
            actor.Telemetry.Sampled(in sample, open.StartedUnixNanos, (long)(_time.GetElapsedTime(0, _time.GetTimestamp()).TotalSeconds * 1e9));
            if (!IsOf(actor, open.Incarnation))
                actor.Telemetry.ProcessGone(); // it went meanwhile: its series must not live on by this sample
            else
                MemoryGuard.Look(actor, in sample, _say);
        }
    }

    private static bool IsOf(InstanceActor actor, int incarnation) =>
        actor.Snapshot is { Process: not null } it && it.State.Incarnation == incarnation;

    private void Follow()
    {
        _present.Clear();
        foreach (var actor in _actors())
        {
            var it = actor.Snapshot;
            _present.Add(it.Key);
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

        foreach (var (key, open) in _open)
        {
            if (_present.Contains(key))
                continue;
            open.Files.Dispose();
            _open.Remove(key);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        foreach (var open in _open.Values)
            open.Files.Dispose();
        _wake.Dispose();
    }
}
