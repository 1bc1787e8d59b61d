using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Operations;

/// <summary>When what is due next, by app. A clock that jumps over several times of a pattern leads to one; one that is set far back makes all times anew.</summary>
/// <param name="time">Clock.</param>
/// <remarks>Not thread-safe: ticks of a timer may overlap, so whoever looks holds a lock.</remarks>
internal sealed class CronAgenda(TimeProvider time)
{
    private readonly WallClock _clock = new(time);
    private readonly Dictionary<string, (string Cron, string? Zone, DateTimeOffset? Due)> _due = new(StringComparer.Ordinal);

    /// <summary>Looks at all apps. One that is met for the first time, or with another pattern, is not due before its next time.</summary>
    /// <param name="apps">The apps that there are.</param>
    /// <param name="pattern">Pattern and zone of an app; null: it has none.</param>
    /// <param name="isDue">Called for each that is due, with the time that it was due at.</param>
    /// <returns>How long until the next of them is due; null: none is.</returns>
    public TimeSpan? Look(IEnumerable<App> apps, Func<App, (string Cron, string? Zone)?> pattern, Action<App, DateTimeOffset> isDue)
    {
        var now = _clock.Now(out var setBack);
        if (setBack)
            _due.Clear();
        HashSet<string> met = [];
        DateTimeOffset? first = null;
        foreach (var app in apps)
        {
            if (pattern(app) is not { } of)
                continue;
            met.Add(app.Spec.Name);
            var next = Next(app, of, now, isDue);
            first = first is null || next < first ? next : first;
        }

        foreach (var gone in _due.Keys.Where(name => !met.Contains(name)).ToList())
            _due.Remove(gone);
        return first - now;
    }

    private DateTimeOffset? Next(App app, (string Cron, string? Zone) of, DateTimeOffset now, Action<App, DateTimeOffset> isDue)
    {
        var known = _due.TryGetValue(app.Spec.Name, out var at) && (at.Cron, at.Zone) == of;
        if (known && !(at.Due <= now))
            return at.Due;
        if (known)
            isDue(app, at.Due!.Value);
        var next = CronTimes.Next(of.Cron, of.Zone, now);
        _due[app.Spec.Name] = (of.Cron, of.Zone, next);
        return next;
    }
}
