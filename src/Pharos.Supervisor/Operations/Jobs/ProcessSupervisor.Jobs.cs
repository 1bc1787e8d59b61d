using System.Collections.Concurrent;
using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Operations;
using Pharos.Supervisor.Operations.Jobs;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor;

/// <summary>Jobs: apps that are run at times.</summary>
public sealed partial class ProcessSupervisor
{
    private readonly ConcurrentDictionary<string, JobLedger> _ledgers = new(StringComparer.Ordinal); // by app; one that is applied anew keeps its own

    /// <summary>Runs a job now, also one whose schedule is stopped.</summary>
    /// <param name="name">The app.</param>
    /// <param name="wait">Waits for its end, and for the end of what tries it again; otherwise until it has a process.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <param name="cancel">Gives up waiting, not the run.</param>
    /// <returns>The run, or why there is none. With <paramref name="wait"/> the last try of it.</returns>
    public async Task<(OperationRefused? Refused, JobRun? Run)> RunAsync(string name, bool wait, ActivityContext context, CancellationToken cancel)
    {
        if (_closing)
            return (GoingDown, null);
        if (!_apps.TryGetValue(name, out var app))
            return (Select(name, out _) ?? new(Refusal.Invalid, $"a job is run by its name, and '{name}' is not one app"), null);
        if (app.Runs is not { } ledger)
            return (new(Refusal.Invalid, $"'{name}' is no job, it has no schedule: use 'pharos start {name}', or give it one with 'schedule'"), null);
        if (JobPlacement.Of(app, scheduled: false) is not { } place)
            return (Busy(app), null);
        try
        {
            var number = ledger.NextNumber();
            var asked = await place.Slot.AskAsync(new RunRequested(number, RunTrigger.Manual, null, place.Replace), context);
            if (place.Slot.IsRetired)
                return (_closing ? GoingDown : new(Refusal.NotFound, $"'{name}' was deleted meanwhile"), null);
            if (!place.Replace && asked.Run?.Number != number)
                return (Busy(app), null);
            var begun = await place.Slot.WaitAsync(s => IsPast(s, number) && s.State is { Spawning: false, Phase: not Phase.Stopping }, cancel);
            if (ledger.Runs.FirstOrDefault(r => r.Number == number) is null && begun.Run?.Number != number)
                return (new(Refusal.Conflict, $"the run of '{name}' did not begin: it was stopped before"), null);
            var ended = wait ? await place.Slot.WaitAsync(s => s.Run?.First != number || (s.Run.Outcome is not null && s.State.Phase is Phase.Stopped or Phase.Failed), cancel) : begun;
            var run = ended.Run is { } last && last.First == number ? last : ledger.Runs.LastOrDefault(r => r.First == number);
            if (run?.Reason == ExitReason.SpawnFailed)
                return (new(Refusal.SpawnFailed, $"cannot run '{name}': {ended.State.Error}"), null);
            return run is null ? (new(Refusal.Conflict, $"run {number} of '{name}' has ended, another one began, and its history keeps none"), null) : (null, run);
        }
        catch (ActorEndedException e)
        {
            return (new(e.IsBug ? Refusal.Conflict : Refusal.NotFound, e.Message), null);
        }
    }

    private static bool IsPast(InstanceSnapshot it, long number) => it.Run?.Number >= number || it.State.Phase == Phase.Stopped;

    private static OperationRefused Busy(App app)
    {
        var since = app.Runs!.Runs.LastOrDefault(r => r.Outcome is null)?.StartedAt.UtcDateTime;
        var what = app.Spec.Job!.Overlap == JobOverlap.Allow
            ? $"all {app.Instances.Count} slots of '{app.Spec.Name}' have a run that goes on; raise instances, or wait"
            : $"a run of '{app.Spec.Name}' goes on{(since is null ? "" : $" since {since:yyyy-MM-dd HH:mm:ss} UTC")}; wait for its end, or use 'pharos restart {app.Spec.Name}' to stop it and run it anew";
        return new(Refusal.Conflict, what);
    }

    /// <summary>The runs of an app; null when it is no job.</summary>
    private JobLedger? LedgerOf(AppSpec spec, SavedJob? saved = null)
    {
        if (spec.Job is not { } job)
        {
            _ledgers.TryRemove(spec.Name, out _);
            return null;
        }

        var ledger = _ledgers.GetOrAdd(spec.Name, _ => new JobLedger(saved, _services.Time, _keeper.Changed));
        ledger.Limit = job.History;
        return ledger;
    }
}
