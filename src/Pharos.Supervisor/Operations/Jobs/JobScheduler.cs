using Pharos.Core.Schedules;
using Pharos.Supervisor.Actors;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Operations.Jobs;

/// <summary>Asks for the runs of jobs at their times. A clock that jumps over several leads to one run; one that passes while no daemon is there is left out.</summary>
internal sealed class JobScheduler : IDisposable
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1); // apps come and go, and the wall clock may jump
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(1);
    private readonly Func<IEnumerable<App>> _apps;
    private readonly CronAgenda _agenda;
    private readonly Action<string> _say;
    private readonly object _lock = new(); // guards _agenda: a tick may come while the last one is at work
    private readonly ITimer _timer;

    public JobScheduler(Func<IEnumerable<App>> apps, TimeProvider time, Action<string> say)
    {
        _apps = apps;
        _agenda = new CronAgenda(time);
        _say = say;
        _timer = time.CreateTimer(_ => Look(), null, LongestSleep, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        lock (_lock)
        {
            var next = _agenda.Look(_apps(), app => app.Spec.Job is { } job ? (job.Cron, job.Zone) : null, Start);
            var sleep = next < LongestSleep ? next.Value : LongestSleep;
            _timer.Change(sleep < ShortestSleep ? ShortestSleep : sleep, Timeout.InfiniteTimeSpan);
        }
    }

    private void Start(App app, DateTimeOffset due)
    {
        if (!app.Instances.Any(i => i.Snapshot.Wanted))
            return; // paused
        if (JobPlacement.Of(app, scheduled: true) is { } place)
        {
            place.Slot.Post(new RunRequested(app.Runs!.NextNumber(), RunTrigger.Schedule, due, place.Replace));
            return;
        }

        app.Runs!.Skipped(due);
        _say($"the run of {app.Spec.Name} that was due at {due.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC is left out: the one before goes on");
    }

    public void Dispose()
    {
        lock (_lock) // a tick that is at work would set a timer that is no more
            _timer.Dispose();
    }
}
