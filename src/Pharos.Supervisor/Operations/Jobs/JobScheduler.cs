using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Operations.Jobs;

/// <summary>Asks for the runs of jobs at their times. A clock that jumps over several leads to one run; one that passes while no daemon is there is left out.</summary>
internal sealed class JobScheduler : IDisposable
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1); // apps come and go, and the wall clock may jump
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(1);
    private readonly Func<IEnumerable<App>> _apps;
    private readonly WallClock _clock;
    private readonly Action<string> _say;
    private readonly Dictionary<string, (JobSpec Job, DateTimeOffset? Due)> _due = [];
    private readonly object _lock = new(); // guards _due and the clock: a tick may come while the last one is at work
    private readonly ITimer _timer;

    public JobScheduler(Func<IEnumerable<App>> apps, TimeProvider time, Action<string> say)
    {
        _apps = apps;
        _clock = new WallClock(time);
        _say = say;
        _timer = time.CreateTimer(_ => Look(), null, LongestSleep, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        lock (_lock)
        {
            var now = _clock.Now(out var setBack);
            if (setBack)
                _due.Clear();
            var jobs = _apps().Where(a => a.Spec.Job is not null).ToList();
            foreach (var gone in _due.Keys.Where(name => !jobs.Exists(a => a.Spec.Name == name)).ToList())
                _due.Remove(gone);
            var sleep = LongestSleep;
            foreach (var app in jobs)
            {
                var next = Next(app, now);
                if (next - now < sleep)
                    sleep = next!.Value - now;
            }

            _timer.Change(sleep < ShortestSleep ? ShortestSleep : sleep, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Asks for the run when it is due.</summary>
    /// <returns>The time of the one after that.</returns>
    private DateTimeOffset? Next(App app, DateTimeOffset now)
    {
        var job = app.Spec.Job!;
        var known = _due.TryGetValue(app.Spec.Name, out var at) && at.Job == job;
        if (known && !(at.Due <= now))
            return at.Due;
        if (known)
            Start(app, at.Due!.Value);
        var next = CronTimes.Next(job.Cron, job.Zone, now);
        _due[app.Spec.Name] = (job, next);
        return next;
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
