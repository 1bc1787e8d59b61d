using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Logs.Live;
using Pharos.Logs.Store;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Dependencies;
using Pharos.Supervisor.Messages;
using Pharos.Supervisor.Operations;
using Pharos.Supervisor.Operations.Jobs;
using Pharos.Supervisor.Sampling;
using Pharos.Supervisor.State;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Instances;
using Pharos.Telemetry.Records;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor;

/// <summary>All apps of one home: declares, starts, stops, restarts and forgets them.</summary>
public sealed partial class ProcessSupervisor : IMetricSource, IAsyncDisposable
{
    private readonly ActorServices _services;
    private readonly IStateStore _store;
    private readonly LogStore _logStore;
    private readonly SemaphoreSlim _declaring = new(1, 1); // one change of the set of apps at a time
    private readonly List<Ended> _ended = []; // deleted instances whose series must end with the next push; guards itself
    private readonly long _since;
    private readonly StateKeeper _keeper;
    private readonly SamplerLoop _sampler;
    private readonly CronRestarts _cron;
    private readonly WatchedApps _watched;
    private readonly JobScheduler _jobs;
    private readonly InstanceNumbers _numbers = new();
    private volatile SavedState? _loaded; // read and not yet brought back: _declaring is held meanwhile
    private volatile bool _closing;
    private volatile Dictionary<InstanceKey, bool>? _wishes; // while the daemon goes down: what the next one is to start
    private volatile ImmutableHashSet<InstanceKey> _replacing = []; // stopped only to be started anew: a daemon that dies meanwhile leaves them wanted
    private volatile ImmutableSortedDictionary<string, App> _apps = ImmutableSortedDictionary.Create<string, App>(StringComparer.Ordinal); // written under _declaring

    /// <param name="services">What every actor works with.</param>
    /// <param name="store">Keeps the state.</param>
    /// <param name="sampler">Reads /proc.</param>
    /// <param name="logs">Keeps the apps' output.</param>
    public ProcessSupervisor(ActorServices services, IStateStore store, IProcessSampler sampler, LogStore logs)
    {
        _services = services;
        _store = store;
        _logStore = logs;
        _since = InstanceReporter.UnixNanos(services.Time.GetUtcNow());
        _keeper = new StateKeeper(store, Capture, services.Say);
        _sampler = new SamplerLoop(sampler, () => Actors, services.Stats, services.Time, services.Options.SamplingInterval, services.Say);
        _cron = new CronRestarts(() => _apps.Values, services.Time, services.Say);
        _watched = new WatchedApps(() => _apps.Values, services);
        _jobs = new JobScheduler(() => _apps.Values, services.Time, services.Say);
        services.Stats.InstancesByState = CountByState;
        services.AwaitDependencies = new DependencyGate(name => _apps.GetValueOrDefault(name), services.Time).AwaitAsync;
        services.SaveNow = () => _keeper.TrySave();
        _ = new DependentRestarts(() => _apps.Values, services.Events);
    }

    /// <summary>All followers of output.</summary>
    public LogHub Logs { get; } = new();

    /// <summary>Changes of all instances.</summary>
    public InstanceEventHub Events => _services.Events;

    /// <summary>What apps say over their channels.</summary>
    public AppMessages Messages => _services.Messages;

    /// <summary>The supervisor's own numbers.</summary>
    public SupervisorStats Stats => _services.Stats;

    /// <summary>To be awaited before numbers of /proc are shown to somebody: where they are seldom read they are read now.</summary>
    public Task FreshenSamplesAsync() => _sampler.FreshenAsync();

    /// <summary>All apps, by name.</summary>
    public IReadOnlyDictionary<string, App> Apps => _apps;

    /// <summary>All instances, by app and slot.</summary>
    public IEnumerable<InstanceActor> Actors => _apps.Values.SelectMany(a => a.Instances);

    /// <summary>Declares an app and starts it.</summary>
    /// <param name="spec">The app.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <param name="cancel">Gives up waiting, not starting.</param>
    /// <returns>Null when every instance has a process; otherwise why not. An app that cannot be resolved is not declared.</returns>
    public async Task<OperationRefused?> DeclareAsync(AppSpec spec, ActivityContext context, CancellationToken cancel)
    {
        if (!Selection.IsAppName(spec.Name))
            return new(Refusal.Invalid, $"'{spec.Name}' cannot be an app's name: use letters, digits, dot, dash, underscore, 100 at most, and not 'all'");
        if (_services.Host.Resolve(spec).Refused is { } refused)
            return new(Refusal.SpawnFailed, $"cannot start '{spec.Name}': {refused.Message}");

        await _declaring.WaitAsync(cancel);
        try
        {
            if (_closing)
                return GoingDown;
            if (_apps.ContainsKey(spec.Name))
                return new(Refusal.Conflict, $"app '{spec.Name}' exists already: use 'pharos restart {spec.Name}', or give this one another name with --name");
            if (DependencyGraph.FaultOf(spec, SpecsWith([spec])) is { } fault)
                return new(Refusal.Invalid, $"cannot start '{spec.Name}': {fault}");
            _apps = _apps.Add(spec.Name, Make(spec, [], []));
            _keeper.SaveNow();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await ForgetAsync(_apps[spec.Name], context);
            return new(Refusal.Invalid, $"cannot save the state, so '{spec.Name}' was not started: {e.Message}");
        }
        finally
        {
            _declaring.Release();
        }

        return spec.Autostart ? await StartAsync(spec.Name, context, cancel) : null;
    }

    /// <summary>Starts what is not up.</summary>
    /// <param name="selector">Which instances.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>Null when every one has a process.</returns>
    public async Task<OperationRefused?> StartAsync(string selector, ActivityContext context, CancellationToken cancel)
    {
        if (Select(selector, out var actors) is { } refused)
            return refused;
        return await UpAsync(actors, new StartRequested(), context, cancel);
    }

    /// <summary>Stops what is up, and what waits to come up.</summary>
    /// <param name="selector">Which instances.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>Null when nothing of them runs.</returns>
    public async Task<OperationRefused?> StopAsync(string selector, ActivityContext context, CancellationToken cancel)
    {
        if (Select(selector, out var actors) is { } refused)
            return refused;
        return await StopAllAsync(actors, context, cancel);
    }

    /// <summary>A new process in place of each, also of one that is stopped.</summary>
    /// <param name="selector">Which instances.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>Null when every one has a new process.</returns>
    public async Task<OperationRefused?> RestartAsync(string selector, ActivityContext context, CancellationToken cancel)
    {
        if (Select(selector, out var actors) is { } refused)
            return refused;
        return await UpAsync(actors, new RestartRequested(RestartReason.Manual), context, cancel);
    }

    /// <summary>Stops and forgets apps, or one instance of an app, whose slot stays empty until the app is scaled; with its last instance the app goes, too.</summary>
    /// <param name="selector">An app's name, APP:INDEX, or all.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>Null when they are gone.</returns>
    public async Task<OperationRefused?> DeleteAsync(string selector, ActivityContext context, CancellationToken cancel)
    {
        if (Select(selector, out var actors) is { } refused)
            return refused;
        if (InstanceKey.TryParse(selector, out _) && !_apps.ContainsKey(selector) && _apps.TryGetValue(actors[0].Snapshot.Key.App, out var whole) && whole.Instances.Count > 1)
            return await DeleteInstanceAsync(actors[0], context, cancel);
        // Whoever of them was deleted and declared anew while we waited is somebody else's.
        var apps = actors.Select(a => a.Snapshot.Key.App).Distinct().Select(name => _apps.GetValueOrDefault(name)).OfType<App>().ToList();
        if (await StopAllAsync(actors, context, cancel) is { } unstopped)
            return unstopped;
        await _declaring.WaitAsync(cancel);
        try
        {
            foreach (var app in apps.Where(app => _apps.GetValueOrDefault(app.Spec.Name) == app))
                await ForgetAsync(app, context);
            return _keeper.TrySave() is { } unsaved
                ? new(Refusal.Invalid, $"'{selector}' is deleted, but the state cannot be saved, so the next daemon may bring it back: {unsaved}")
                : null;
        }
        finally
        {
            _declaring.Release();
        }
    }

    /// <summary>The interpreter that an app's script is run by now.</summary>
    /// <param name="spec">The app.</param>
    /// <returns>Its path; null when the file is run directly, or cannot be resolved now.</returns>
    public string? InterpreterOf(AppSpec spec) => _services.Host.Resolve(spec).Value?.Interpreter;

    /// <summary>Finds the instances that a selector means.</summary>
    /// <param name="selector">all, APP or APP:INDEX.</param>
    /// <param name="actors">The instances.</param>
    /// <returns>Null when there is at least one, or all were meant.</returns>
    public OperationRefused? Select(string selector, out IReadOnlyList<InstanceActor> actors)
    {
        actors = [.. Actors.Where(a => Selection.Matches(selector, a.Snapshot.Key))];
        if (actors.Count > 0 || selector == Selection.All)
            return null;
        var known = _apps.Keys.Any() ? $"; there are: {string.Join(", ", _apps.Keys.Take(10))}{(_apps.Count > 10 ? ", …" : "")}" : "; there are no apps yet";
        return new(Refusal.NotFound, $"no app or instance '{selector}'{known}");
    }

    /// <summary>Where the apps' output is kept.</summary>
    public LogStore LogStore => _logStore;

    /// <summary>Writes the state now, and keeps a copy for <see cref="ResurrectAsync"/>.</summary>
    /// <returns>The path of the copy.</returns>
    public string Save() => _keeper.Keep();

    /// <summary>Why the state cannot be saved at present; null: it can.</summary>
    public string? StateError => _keeper.Error;

    /// <summary>Stops every process.</summary>
    /// <param name="forGood">True: a later daemon does not start them by itself. False: it starts those that are wanted now.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <returns>Completes when nothing runs and the state says so.</returns>
    public async Task StopEverythingAsync(bool forGood, ActivityContext context)
    {
        await _declaring.WaitAsync();
        try
        {
            _closing = true;
            if (!forGood)
                _wishes = Actors.ToDictionary(a => a.Snapshot.Key, a => a.Snapshot.Wanted);
            foreach (var step in InStopOrder([.. Actors]))
                await Task.WhenAll(step.Select(a => RetireAsync(a, context)));
            _keeper.TrySave();
        }
        finally
        {
            _declaring.Release();
        }
    }

    /// <summary>An event did not reach its destination.</summary>
    /// <param name="instance">service.instance.id of its instance.</param>
    /// <param name="reason">One of <see cref="LogDropReasons"/>.</param>
    public void CountDropped(string instance, string reason) =>
        Actors.FirstOrDefault(a => a.Telemetry.Resource[AttributeNames.ServiceInstanceId] == instance)?.Telemetry.LogDropped(reason);

    /// <inheritdoc/>
    public void Collect(List<MetricBatch> batches, long nowUnixNanos, bool final)
    {
        foreach (var app in _apps.Values)
        {
            app.Collect(batches, nowUnixNanos, _since);
            foreach (var instance in app.Instances)
                instance.Telemetry.Collect(batches, nowUnixNanos, final);
        }

        SaveWhatIsShown(withOutput: true);
        if (!final)
            return;
        lock (_ended)
        {
            // An app of the same name that was declared anew goes on with the same series.
            var alive = Actors.Select(a => a.Id).ToHashSet();
            foreach (var ended in _ended)
            {
                if (ended.Replaced || !alive.Contains(ended.Id))
                    ended.Telemetry.Collect(batches, nowUnixNanos, final);
            }

            foreach (var app in _ended.Select(e => e.App).Distinct())
            {
                if (!_apps.Values.Any(a => a.Spec.Name == app.Spec.Name && a.Spec.Namespace == app.Spec.Namespace))
                    app.Collect(batches, nowUnixNanos, _since, ended: true);
            }

            _ended.Clear();
        }
    }

    private static OperationRefused GoingDown => new(Refusal.Conflict, "the daemon is going down: nothing is started any more");

    private Dictionary<string, AppSpec> SpecsWith(IEnumerable<AppSpec> further)
    {
        var specs = _apps.Values.ToDictionary(a => a.Spec.Name, a => a.Spec);
        foreach (var spec in further)
            specs[spec.Name] = spec;
        return specs;
    }

    /// <summary>Instances in the order in which they are stopped: what depends on others goes first.</summary>
    private IEnumerable<IReadOnlyList<InstanceActor>> InStopOrder(IReadOnlyList<InstanceActor> actors)
    {
        var byApp = actors.ToLookup(a => a.Snapshot.Key.App);
        var specs = _apps.Values.Where(a => byApp.Contains(a.Spec.Name)).Select(a => a.Spec).ToList();
        var known = specs.Select(s => s.Name).ToHashSet();
        var steps = DependencyGraph.Steps(specs).Reverse().Select(step => (IReadOnlyList<InstanceActor>)[.. step.SelectMany(name => byApp[name])]);
        var others = actors.Where(a => !known.Contains(a.Snapshot.Key.App)).ToList(); // deleted meanwhile
        return others.Count > 0 ? steps.Append(others) : steps;
    }

    private async Task<OperationRefused?> StopAllAsync(IReadOnlyList<InstanceActor> actors, ActivityContext context, CancellationToken cancel)
    {
        OperationRefused? refused = null;
        foreach (var step in InStopOrder(actors))
            refused = await StopTogetherAsync(step, context, cancel) ?? refused;
        return refused;
    }

    private static async Task<OperationRefused?> StopTogetherAsync(IReadOnlyList<InstanceActor> actors, ActivityContext context, CancellationToken cancel)
    {
        var refused = await Task.WhenAll(actors.Select(async actor =>
        {
            try
            {
                await actor.AskAsync(new StopRequested(), context);
                await actor.WaitAsync(s => s.State is { Phase: Phase.Stopped, Beside: null } || s.Wanted, cancel); // wanted: somebody started it again meanwhile
                return null;
            }
            catch (ActorEndedException e)
            {
                return e.IsBug ? new OperationRefused(Refusal.Conflict, e.Message) : null; // deleted meanwhile: then it is stopped too
            }
        }));
        return refused.FirstOrDefault(r => r is not null);
    }

    private async Task<OperationRefused?> UpAsync(IReadOnlyList<InstanceActor> actors, InstanceEvent order, ActivityContext context, CancellationToken cancel)
    {
        if (_closing)
            return GoingDown;
        var refused = await Task.WhenAll(actors.Select(async actor =>
        {
            try
            {
                await actor.AskAsync(order, context);
                var settled = await actor.WaitAsync(s => s.State is { Spawning: false, Awaiting: false, Phase: not Phase.Stopping }, cancel);
                if (actor.IsRetired)
                    return _closing ? GoingDown : new(Refusal.NotFound, $"'{settled.Key}' was deleted meanwhile");
                return settled.State is { Phase: Phase.Failed, Failure: FailureReason.SpawnFailed or FailureReason.DependencyFailed }
                    ? new OperationRefused(Refusal.SpawnFailed, $"cannot start '{settled.Key}': {settled.State.Error}")
                    : null;
            }
            catch (ActorEndedException e)
            {
                return new OperationRefused(e.IsBug ? Refusal.Conflict : Refusal.NotFound, e.Message);
            }
        }));
        return refused.FirstOrDefault(r => r is not null);
    }

    /// <summary>Stops an instance for good; one whose actor died is said and passed over, the others must not wait for it.</summary>
    private async Task RetireAsync(InstanceActor actor, ActivityContext context)
    {
        try
        {
            await actor.RetireAsync(context);
        }
        catch (ActorEndedException e)
        {
            _services.Say($"cannot stop: {e.Message}");
        }
    }

    private App Make(AppSpec spec, IReadOnlyList<SavedInstance> saved, IReadOnlyList<MarkedProcess> marked, SavedJob? job = null)
    {
        var runs = LedgerOf(spec, job);
        var instances = SlotsOf(spec, saved.Select(s => s.Index))
            .Select(index => MakeActor(spec, new InstanceKey(spec.Name, index), saved.FirstOrDefault(s => s.Index == index), marked))
            .ToList();
        return new App(spec, AppResource.OfApp(spec, _services.Options)) { Instances = instances, Runs = runs };
    }

    /// <summary>The slots of an app: those that it has, as far as it is to have so many, and the lowest that are free.</summary>
    private static IEnumerable<int> SlotsOf(AppSpec spec, IEnumerable<int> taken)
    {
        List<int> slots = [.. taken.Order().Take(spec.Instances)];
        var free = Enumerable.Range(0, spec.Instances + slots.Count).Except(slots).Take(spec.Instances - slots.Count).ToList();
        return slots.Concat(free).Order();
    }

    private InstanceActor MakeActor(AppSpec spec, InstanceKey key, SavedInstance? saved, IReadOnlyList<MarkedProcess> marked)
    {
        var now = InstanceReporter.UnixNanos(_services.Time.GetUtcNow());
        var id = ServiceInstanceId.For(_services.Options.HostId, spec.Namespace, key);
        var since = saved is null ? now : InstanceReporter.UnixNanos(saved.CountersSince);
        var telemetry = new InstanceTelemetry(AppResource.OfInstance(spec, key, id, _services.Options), since) { CreatedUnixNanos = saved?.Counters is null ? now : since, MemoryLimitBytes = spec.MaxMemoryBytes };
        if (saved is not null)
            telemetry.Restore(saved.Restarts, saved.Exits);
        if (saved?.Counters is { } counters)
            telemetry.Restore(counters);
        var number = saved?.Number ?? _numbers.Take();
        var plan = LogPlan.Of(spec, key, number, _services.Options.LogDirectory, Path.Combine(_logStore.Folder, "buffer"));
        var log = new InstanceLog(key, plan, telemetry, Logs, _logStore);
        log.MaskSecretsOf(spec.Env);
        _services.Shipping?.Attach(log);
        return new InstanceActor(spec, key, _services, log, saved, spec.Watch is null ? _keeper.Changed : Changed, marked, LedgerOf(spec), number);
    }

    /// <summary>Called by the actors of watched apps after each transition that matters to others.</summary>
    private void Changed()
    {
        _keeper.Changed();
        _watched.Look();
    }

    private async Task ForgetAsync(App app, ActivityContext context)
    {
        Change(apps => apps.Remove(app.Spec.Name));
        foreach (var actor in app.Instances)
            await EndAsync(actor, app, context);
        _ledgers.TryRemove(app.Spec.Name, out _);
        if (_apps.IsEmpty)
            _numbers.Begin(0);
    }

    /// <summary>Stops an instance for good, if somebody started it again meanwhile, and ends it.</summary>
    private async Task EndAsync(InstanceActor actor, App app, ActivityContext context)
    {
        await RetireAsync(actor, context);
        await actor.DisposeAsync();
        actor.Telemetry.Ended();
        _services.Shipping?.Detach(actor.Log);
        _services.Pump.Release(actor.Log);
        lock (_ended)
            _ended.Add(new Ended(actor.Telemetry, actor.Id, app, Replaced: false));
    }

    private IEnumerable<Measurement<long>> CountByState()
    {
        var byPhase = Actors.GroupBy(a => a.Snapshot.State.Phase).ToDictionary(g => g.Key, g => g.LongCount());
        return Words.Phases.Select(p => new Measurement<long>(byPhase.GetValueOrDefault(p), new KeyValuePair<string, object?>(AttributeNames.InstanceState, Words.Of(p))));
    }

    /// <summary>Ends the actors and the sampler. Processes that still run go on, and the state says so.</summary>
    public async ValueTask DisposeAsync()
    {
        _cron.Dispose();
        _watched.Dispose();
        _jobs.Dispose();
        _sampler.Dispose();
        await Task.WhenAll(Actors.Select(a => a.DisposeAsync().AsTask()));
        await _keeper.DisposeAsync(); // after the actors: one may have taken in a process that was being made
        _services.Stats.Dispose();
        _declaring.Dispose();
    }

    /// <summary>The numbers of an instance that is no more.</summary>
    /// <param name="Telemetry">The numbers.</param>
    /// <param name="Id">service.instance.id.</param>
    /// <param name="App">Its app.</param>
    /// <param name="Replaced">An instance of the same id goes on with another resource, so these series end all the same.</param>
    private sealed record Ended(InstanceTelemetry Telemetry, Guid Id, App App, bool Replaced);
}
