using System.Collections.Immutable;
using System.Diagnostics;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Apply;
using Pharos.Supervisor.Dependencies;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor;

/// <summary>Apply: makes what runs be what a file says. Apps are converged side by side; what fails for one is told, and the others go on.</summary>
public sealed partial class ProcessSupervisor
{
    private readonly object _appsLock = new(); // orders changes of _apps by apps that are converged side by side

    /// <summary>Converges to what is wanted.</summary>
    /// <param name="wanted">The apps, validated; each name once.</param>
    /// <param name="source">The file that they come from.</param>
    /// <param name="start">Whether unchanged apps that do not run are started.</param>
    /// <param name="prune">Which apps of the same file are deleted when they are not in it; null: none.</param>
    /// <param name="dryRun">Only make the plan.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <param name="cancel">Gives up waiting for processes to start; what was begun is brought to its end.</param>
    /// <returns>What was done, or would be, with an error for each app where it was not.</returns>
    public async Task<IReadOnlyList<AppChange>> ApplyAsync(
        IReadOnlyList<AppSpec> wanted, string source, bool start, Func<string, bool>? prune, bool dryRun, ActivityContext context, CancellationToken cancel)
    {
        await _declaring.WaitAsync(cancel);
        try
        {
            var current = _apps.Values.ToDictionary(a => a.Spec.Name, a => new CurrentApp(a.Spec, a.Instances.All(IsUp)));
            var after = SpecsWith(wanted);
            var plan = ApplyPlan.Compute(current, wanted, source, start, prune).Select(change => Resolvable(change, after)).ToList();
            if (dryRun)
                return plan;
            try
            {
                // All new ones are there before any is started: they may depend on each other.
                foreach (var change in plan.Where(c => c.Kind == ChangeKind.Create && c.Error is null))
                    Change(apps => apps.SetItem(change.Name, Make(change.Spec! with { Source = source }, [], [])));
                return await Task.WhenAll(plan.Select(change => change.Error is null ? ConvergeAsync(change, source, start, context, cancel) : Task.FromResult(change)));
            }
            finally
            {
                SaveWhatWasDone();
            }
        }
        finally
        {
            _declaring.Release();
        }
    }

    private void SaveWhatWasDone()
    {
        try
        {
            _keeper.SaveNow();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _services.Say($"cannot save the state: {e.Message}; what was applied does not outlive the daemon");
        }
    }

    private static bool IsUp(InstanceActor actor) => actor.Snapshot.State.IsJob ? actor.Snapshot.Wanted : actor.Snapshot.State.Phase is Phase.Starting or Phase.Running or Phase.BackingOff;

    private AppChange Resolvable(AppChange change, IReadOnlyDictionary<string, AppSpec> after)
    {
        if (change.Kind is not (ChangeKind.Create or ChangeKind.Update))
            return change;
        return (_services.Host.Resolve(change.Spec!).Refused?.Message ?? DependencyGraph.FaultOf(change.Spec!, after)) is { } error ? change with { Error = error } : change;
    }

    private async Task<AppChange> ConvergeAsync(AppChange change, string source, bool start, ActivityContext context, CancellationToken cancel)
    {
        var error = change.Kind switch
        {
            ChangeKind.Create => await CreatedAsync(_apps[change.Name], context, cancel),
            ChangeKind.Update => await UpdateAsync(_apps[change.Name], change.Spec! with { Source = source }, start, context, cancel),
            ChangeKind.Scale => await ScaleAsync(_apps[change.Name], change.Spec!, source, start, context, cancel),
            ChangeKind.Start => await AdoptSourceAsync(_apps[change.Name], change.Spec!, source, start: true, context, cancel),
            ChangeKind.Unchanged => await AdoptSourceAsync(_apps[change.Name], change.Spec!, source, start: false, context, cancel),
            ChangeKind.Delete => await RemoveAsync(_apps[change.Name], context),
        };
        return change with { Error = error };
    }

    private async Task<string?> CreatedAsync(App app, ActivityContext context, CancellationToken cancel) =>
        app.Spec.Autostart ? (await UpAsync(app.Instances, new StartRequested(), context, cancel))?.Line : null;

    /// <summary>An instance keeps its slot, its counters and its output; what is new is the actor with the new spec.</summary>
    private async Task<string?> UpdateAsync(App app, AppSpec spec, bool start, ActivityContext context, CancellationToken cancel)
    {
        var wanted = app.Instances.Where(a => start || a.Snapshot.Wanted).Select(a => a.Snapshot.Key).ToImmutableHashSet();
        lock (_appsLock)
            _replacing = _replacing.Union(wanted);
        try
        {
            if (await DownAsync(app.Instances, context) is { } error)
                return error;
            var kept = await Task.WhenAll(app.Instances.Take(spec.Instances).Select(a => ReplaceAsync(a, app, spec, wanted.Contains(a.Snapshot.Key), context)));
            var added = Added(app, spec);
            Change(apps => apps.SetItem(spec.Name, With(spec, [.. kept.Concat(added).OrderBy(Slot)])));
            foreach (var surplus in app.Instances.Skip(spec.Instances))
                await EndAsync(surplus, app, context);
            var restarted = kept.Where(a => wanted.Contains(a.Snapshot.Key)).ToList();
            // Of a job its schedule goes on; what has changed does not make it run.
            var first = UpAsync(restarted, spec.Job is null ? new RestartRequested(RestartReason.Deploy) : new StartRequested(), context, cancel);
            var second = UpAsync(start || wanted.Count > 0 ? added : [], new StartRequested(), context, cancel);
            return ((await first) ?? await second)?.Line;
        }
        finally
        {
            lock (_appsLock)
                _replacing = _replacing.Except(wanted);
        }
    }

    private async Task<InstanceActor> ReplaceAsync(InstanceActor old, App app, AppSpec spec, bool wanted, ActivityContext context)
    {
        await RetireAsync(old, context);
        await old.DisposeAsync();
        _services.Shipping?.Detach(old.Log);
        _services.Pump.Release(old.Log);
        var next = MakeActor(spec, old.Snapshot.Key, Remembered(old) with { Process = null, Wanted = wanted, Failure = null, Run = null }, []);
        // The same resource goes on as the same series; another one begins its own, and the old ones end.
        if (!next.Telemetry.Resource.Attributes.SequenceEqual(old.Telemetry.Resource.Attributes))
        {
            old.Telemetry.Ended();
            lock (_ended)
                _ended.Add(new Ended(old.Telemetry, old.Id, app, Replaced: true));
        }

        return next;
    }

    /// <summary>Those that stay are not touched; the highest numbers go first.</summary>
    private async Task<string?> ScaleAsync(App app, AppSpec to, string? source, bool start, ActivityContext context, CancellationToken cancel)
    {
        var spec = app.Spec with { Instances = to.Instances, Source = source, Annotations = to.Annotations };
        var wanted = start || app.Instances.Any(a => a.Snapshot.Wanted);
        var surplus = app.Instances.Skip(spec.Instances).ToList();
        if (await DownAsync(surplus, context) is { } error)
            return error;
        var kept = app.Instances.Take(spec.Instances).ToList();
        var added = Added(app, spec);
        Change(apps => apps.SetItem(spec.Name, With(spec, [.. kept.Concat(added).OrderBy(Slot)])));
        foreach (var actor in surplus)
            await EndAsync(actor, app, context);
        IReadOnlyList<InstanceActor> down = start ? [.. kept.Where(a => !IsUp(a)), .. added] : added;
        return wanted ? (await UpAsync(down, new StartRequested(), context, cancel))?.Line : null;
    }

    private async Task<string?> AdoptSourceAsync(App app, AppSpec wanted, string source, bool start, ActivityContext context, CancellationToken cancel)
    {
        if (app.Spec.Source != source || !app.Spec.Annotations.SequenceEqual(wanted.Annotations))
            Change(apps => apps.SetItem(app.Spec.Name, With(app.Spec with { Source = source, Annotations = wanted.Annotations }, app.Instances)));
        return start ? (await UpAsync([.. app.Instances.Where(a => !IsUp(a))], new StartRequested(), context, cancel))?.Line : null;
    }

    private async Task<string?> RemoveAsync(App app, ActivityContext context)
    {
        if (await DownAsync(app.Instances, context) is { } error)
            return error;
        await ForgetAsync(app, context);
        return null;
    }

    /// <summary>Stops what is to go. Not to be given up half-way: an actor whose process runs must not be ended.</summary>
    private async Task<string?> DownAsync(IReadOnlyList<InstanceActor> actors, ActivityContext context)
    {
        if (await StopAllAsync(actors, context, CancellationToken.None) is { } unstopped)
            return unstopped.Line;
        return actors.FirstOrDefault(a => a.Snapshot.State.Phase != Phase.Stopped) is { } one ? $"'{one.Snapshot.Key}' was started by another command meanwhile; apply again" : null;
    }

    private List<InstanceActor> Added(App app, AppSpec spec) =>
        [.. SlotsOf(spec, app.Instances.Select(Slot)).Except(app.Instances.Select(Slot)).Select(index => MakeActor(spec, new InstanceKey(spec.Name, index), null, []))];

    private static int Slot(InstanceActor actor) => actor.Snapshot.Key.Index;

    private App With(AppSpec spec, IReadOnlyList<InstanceActor> instances) => new(spec, AppResource.OfApp(spec, _services.Options)) { Instances = instances, Runs = LedgerOf(spec) };

    private void Change(Func<ImmutableSortedDictionary<string, App>, ImmutableSortedDictionary<string, App>> change)
    {
        lock (_appsLock)
            _apps = change(_apps);
        _watched.Look();
    }
}
