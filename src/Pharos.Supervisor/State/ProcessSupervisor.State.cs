using System.Collections.Immutable;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.State;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor;

/// <summary>What outlives the daemon: how it is brought back, and what is kept of each instance.</summary>
public sealed partial class ProcessSupervisor
{
    private volatile Dictionary<InstanceActor, Seen> _seen = []; // what the newest generation of the state was made from

    /// <summary>Reads what an earlier daemon had. Nothing is touched yet; apps cannot be declared or deleted until <see cref="Resume"/>.</summary>
    /// <exception cref="StateUnreadableException">No generation of the state is whole; nothing was changed.</exception>
    public void Load()
    {
        var loaded = _store.Load(out var warnings);
        if (loaded is not null)
            _declaring.Wait();
        _loaded = loaded;
        foreach (var warning in warnings)
            _services.Say(warning);
    }

    /// <summary>Brings back what <see cref="Load"/> read: living processes are adopted, wanted ones that are gone are started.</summary>
    public void Resume()
    {
        if (_loaded is not { } loaded)
            return;
        if (loaded.BootId != _services.Options.BootId && loaded.BootId is not null)
            loaded = Anew(loaded);
        var marked = FindMarked();
        _numbers.Begin(loaded.Apps.SelectMany(a => a.Instances).Select(i => (i.Number ?? -1) + 1).Append(loaded.NextNumber).Max());
        var (apps, folder) = (_apps.ToBuilder(), _services.Options.SpoolDirectory);
        _services.Spooled = (Directory.Exists(folder) ? Launcher.SpoolLabels(Directory.EnumerateFiles(folder)) : []).Distinct().ToLookup(l => l.Stem, l => l.Label);
        foreach (var saved in loaded.Apps)
            apps[saved.Spec.Name] = Make(saved.Spec, saved.Instances, marked, saved.Job);
        _apps = apps.ToImmutable();
        _services.Spooled = null;
        _loaded = null;
        _declaring.Release();
        foreach (var (app, saved) in loaded.Apps.SelectMany(a => a.Instances.Select(i => (a.Spec.Name, i))))
        {
            // Whose lifecycle goes on needs no word. Of the others an adopted one ignores it: its adoption comes first in the inbox.
            // One that had failed stays failed until somebody asks.
            if (saved is { Wanted: true, Run: null, Failure: null })
                _apps[app].Instances.FirstOrDefault(i => i.Snapshot.Key.Index == saved.Index)?.Post(new StartRequested());
        }

        _keeper.Changed();
    }

    /// <summary>After a boot nothing of it runs: what is wanted is started with a clean slate, and only what had failed goes on as it was.</summary>
    private static SavedState Anew(SavedState loaded) => loaded with
    {
        Apps = [.. loaded.Apps.Select(app => app with { Instances = [.. app.Instances.Select(i => Anew(i, app.Spec))] })],
    };

    private static SavedInstance Anew(SavedInstance it, AppSpec spec) => it.Failure is null or FailureReason.DependencyFailed
        ? it with { Run = null, Failure = null, Wanted = it.Wanted && spec.Autostart }
        : it;

    private IReadOnlyList<MarkedProcess> FindMarked()
    {
        try
        {
            return _services.Host.FindMarked();
        }
        catch (IOException e)
        {
            _services.Say($"cannot look for processes that the state does not know: {e.Message}");
            return [];
        }
    }

    /// <summary>Writes what changed since the last generation, if anything did. To be called between looking and answering: a daemon that is
    /// killed right after an answer must not have said what the next one does not know; no counter falls back, and no stop is forgotten.</summary>
    /// <param name="withOutput">The counters of output are shown, too.</param>
    public void SaveWhatIsShown(bool withOutput = false)
    {
        var seen = _seen;
        foreach (var actor in Actors)
        {
            if (seen.TryGetValue(actor, out var kept) && kept.Covers(Seen.Of(actor), withOutput))
                continue;
            _keeper.TrySaveOnce();
            return;
        }
    }

    private SavedState Capture()
    {
        if (_loaded is { } loaded)
            return loaded;
        Dictionary<InstanceActor, Seen> seen = [];
        SavedState state = new()
        {
            BootId = _services.Options.BootId,
            NextNumber = _numbers.Next,
            Apps = [.. _apps.Values.Select(app => new SavedApp
            {
                Spec = app.Spec,
                Instances = [.. app.Instances.Select(actor =>
                {
                    seen[actor] = Seen.Of(actor); // before it is read: what changes meanwhile is not seen
                    return Remembered(actor);
                })],
                Job = app.Runs?.ToSaved(),
            })],
        };
        _seen = seen;
        return state;
    }

    private SavedInstance Remembered(InstanceActor actor)
    {
        var it = actor.Snapshot; // once: its members belong together
        var replaced = _replacing.Contains(it.Key);
        var again = _wishes?.GetValueOrDefault(it.Key) ?? replaced; // stopped only to be started by us, or by the next daemon
        return new()
        {
            Index = it.Key.Index,
            Number = it.Number,
            CreatedAt = it.CreatedAt,
            Wanted = again || (_wishes is null && it.Wanted),
            Incarnation = it.State.Incarnation,
            Process = it.Process,
            StartedAt = it.StartedAt,
            RestartsShown = it.Restarts,
            Restarts = Counts<RestartReason>(actor.Telemetry.Restarts),
            Exits = Counts<ExitReason>(actor.Telemetry.Exits),
            Failure = it.State.Failure,
            Counters = actor.Telemetry.Save(),
            CountersSince = DateTimeOffset.UnixEpoch.AddTicks(actor.Telemetry.CountersSinceUnixNanos / 100),
            Run = (again, it.State.Phase) switch
            {
                (true, Phase.Stopped) => null,
                (true, Phase.Stopping) => CarriedOn.Save(it, _services.Time) with { RestartAfterStop = it.State.RestartAfterStop ?? (replaced ? RestartReason.Deploy : RestartReason.Manual) },
                _ => CarriedOn.Save(it, _services.Time),
            },
            LastExit = it.LastExit is { } exit ? new SavedExit(exit.Reason, exit.Status, exit.At, exit.Uptime, [.. exit.LastLines]) : null,
            LastRestart = it.LastRestart,
        };
    }

    private static ImmutableDictionary<T, long> Counts<T>(IReadOnlyList<long> counts)
        where T : struct, Enum =>
        Enum.GetValues<T>().Select((reason, i) => KeyValuePair.Create(reason, counts[i])).Where(c => c.Value > 0).ToImmutableDictionary();

    /// <summary>By what a change is noticed. Counters are counted a moment before the snapshot that goes with them.</summary>
    private readonly record struct Seen(InstanceSnapshot Snapshot, long Happened, long Printed)
    {
        public static Seen Of(InstanceActor actor) => new(actor.Snapshot, actor.Telemetry.Happened, actor.Telemetry.Printed);

        public bool Covers(Seen now, bool withOutput) =>
            ReferenceEquals(Snapshot, now.Snapshot) && Happened == now.Happened && (!withOutput || Printed == now.Printed);
    }
}
