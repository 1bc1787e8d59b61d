using Pharos.Core.Lifecycle;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Operations;

/// <summary>Restarts apps at the times of their cron patterns. A person's word stands above it: what was stopped stays stopped.</summary>
/// <remarks>One that ran to its end, and is not restarted for that, runs again at its time. One that starts, stops or backs off is left alone: its last restart is still going.</remarks>
internal sealed class CronRestarts : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private readonly Func<IEnumerable<App>> _apps;
    private readonly CronAgenda _agenda;
    private readonly Action<string> _say;
    private readonly object _lock = new(); // guards _agenda: ticks of a timer may overlap
    private readonly ITimer _timer;

    public CronRestarts(Func<IEnumerable<App>> apps, TimeProvider time, Action<string> say)
    {
        _apps = apps;
        _agenda = new CronAgenda(time);
        _say = say;
        _timer = time.CreateTimer(_ => Look(), null, Tick, Tick);
    }

    private void Look()
    {
        lock (_lock)
            _agenda.Look(_apps(), app => app.Spec.CronRestart is { } cron ? (cron, app.Spec.CronZone) : null, (app, _) => Restart(app));
    }

    private void Restart(App app)
    {
        foreach (var instance in app.Instances)
        {
            // One that ran to its end, and is not restarted for that, waits for just this.
            if (instance.Snapshot is { State.Phase: Phase.Running } or { Wanted: true, State.Phase: Phase.Stopped } or { Wanted: true, State.Failure: FailureReason.NotRestarted })
                instance.Post(new InstanceEvent.RestartRequested(RestartReason.Schedule));
            else
                _say($"{instance.Snapshot.Key} is not restarted by its schedule: it is {instance.Snapshot.State.Phase}");
        }
    }

    public void Dispose() => _timer.Dispose();
}
