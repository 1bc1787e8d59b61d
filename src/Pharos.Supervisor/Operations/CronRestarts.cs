using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Operations;

/// <summary>Restarts apps at the times of their cron patterns. A person's word stands above it: what was stopped stays stopped.</summary>
/// <remarks>One that ran to its end, and is not restarted for that, runs again at its time. One that starts, stops or backs off is left alone: its last restart is still going.
/// A clock that jumps over several times leads to one restart.</remarks>
internal sealed class CronRestarts : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private readonly Func<IEnumerable<App>> _apps;
    private readonly WallClock _clock;
    private readonly Action<string> _say;
    private readonly Dictionary<AppSpec, DateTimeOffset?> _due = new(ReferenceEqualityComparer.Instance);
    private readonly object _lock = new(); // guards _due: ticks of a timer may overlap
    private readonly ITimer _timer;

    public CronRestarts(Func<IEnumerable<App>> apps, TimeProvider time, Action<string> say)
    {
        _apps = apps;
        _clock = new WallClock(time);
        _say = say;
        _timer = time.CreateTimer(_ => Look(), null, Tick, Tick);
    }

    private void Look()
    {
        lock (_lock)
        {
            var now = _clock.Now(out var setBack);
            if (setBack)
                _due.Clear();
            var apps = _apps().Where(a => a.Spec.CronRestart is not null).ToList();
            foreach (var gone in _due.Keys.Where(spec => !apps.Exists(a => ReferenceEquals(a.Spec, spec))).ToList())
                _due.Remove(gone);
            foreach (var app in apps)
            {
                if (!_due.TryGetValue(app.Spec, out var due))
                    _due[app.Spec] = NextOf(app.Spec, now);
                else if (due <= now)
                    Restart(app, now);
            }
        }
    }

    private void Restart(App app, DateTimeOffset now)
    {
        _due[app.Spec] = NextOf(app.Spec, now);
        foreach (var instance in app.Instances)
        {
            // One that ran to its end, and is not restarted for that, waits for just this.
            if (instance.Snapshot is { State.Phase: Phase.Running } or { Wanted: true, State.Phase: Phase.Stopped } or { Wanted: true, State.Failure: FailureReason.NotRestarted })
                instance.Post(new InstanceEvent.RestartRequested(RestartReason.Schedule));
            else
                _say($"{instance.Snapshot.Key} is not restarted by its schedule: it is {instance.Snapshot.State.Phase}");
        }
    }

    private static DateTimeOffset? NextOf(AppSpec spec, DateTimeOffset now) => CronTimes.Next(spec.CronRestart!, spec.CronZone, now);

    public void Dispose() => _timer.Dispose();
}
