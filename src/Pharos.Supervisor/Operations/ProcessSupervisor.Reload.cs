using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Operations;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor;

/// <summary>Reload: new processes in place of the old ones, and never fewer that are ready than before.</summary>
public sealed partial class ProcessSupervisor
{
    private static readonly TimeSpan ReloadMargin = TimeSpan.FromSeconds(10); // for the spawn and the end on a busy machine

    /// <summary>A new process in place of each, so many at a time. Where an app can overlap (cluster, or declared) the new one is ready before the old one is let go;
    /// elsewhere each is restarted and waited for.</summary>
    /// <param name="selector">Which instances.</param>
    /// <param name="parallel">How many at a time.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <param name="cancel">Gives up waiting; what was begun is brought to its end.</param>
    /// <returns>Null when every one has a new process that is ready; otherwise why the first did not get one. The rest is left as it was then.</returns>
    public async Task<OperationRefused?> ReloadAsync(string selector, int parallel, ActivityContext context, CancellationToken cancel)
    {
        if (Select(selector, out var actors) is { } refused)
            return refused;
        if (_closing)
            return GoingDown;
        var waiting = new Queue<InstanceActor>(actors);
        List<Task<OperationRefused?>> under = [];
        OperationRefused? failed = null;
        while (waiting.Count > 0 || under.Count > 0)
        {
            while (failed is null && under.Count < Math.Max(1, parallel) && waiting.TryDequeue(out var next))
                under.Add(ReloadOneAsync(next, new ReloadRequested(), context, cancel));
            if (under.Count == 0)
                break;
            var done = await Task.WhenAny(under);
            under.Remove(done);
            failed ??= await done;
        }

        return failed;
    }

    private async Task<OperationRefused?> ReloadOneAsync(InstanceActor actor, ReloadRequested order, ActivityContext context, CancellationToken cancel)
    {
        var before = actor.Snapshot.State;
        if (before.Beside is not null)
            return new(Refusal.Conflict, $"'{actor.Snapshot.Key}' is being reloaded already: try again when that is done");
        try
        {
            var begun = await actor.AskAsync(order, context);
            if (actor.IsRetired)
                return _closing ? GoingDown : new(Refusal.NotFound, $"'{begun.Key}' was deleted meanwhile");
            var overlaps = begun.State.Beside is not null;
            var spec = begun.State;
            var patience = spec.Reload.Timeout + spec.Policy.Grace + ReloadMargin + (overlaps ? spec.Reload.Drain : TimeSpan.Zero);
            var settled = await SettledAsync(actor, before.Incarnation, patience, cancel);
            return settled switch
            {
                null => new(Refusal.Conflict, $"'{begun.Key}' is not ready within {spec.Reload.Timeout.TotalSeconds:0.###} s"),
                { State.ReloadError: { } error } => new(Refusal.SpawnFailed, $"cannot reload '{begun.Key}', which goes on with its old process: {error}"),
                { State: { Phase: Phase.Failed } failed } => new(Refusal.SpawnFailed, $"cannot reload '{begun.Key}': {failed.Error ?? $"it was given up, {failed.Failure}"}"),
                _ => null,
            };
        }
        catch (ActorEndedException e)
        {
            return new(e.IsBug ? Refusal.Conflict : Refusal.NotFound, e.Message);
        }
    }

    /// <returns>Null when its patience is over.</returns>
    private async Task<InstanceSnapshot?> SettledAsync(InstanceActor actor, int before, TimeSpan patience, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(patience, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            return await actor.WaitAsync(
                s => s.State is { Beside: null } state && (state.ReloadError is not null || state.Phase is Phase.Stopped or Phase.Failed || (state.Incarnation > before && state is { Phase: Phase.Running })),
                either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>More instances, or fewer: the highest numbers go first, and finish what they are at.</summary>
    /// <param name="name">The app.</param>
    /// <param name="change">A number, +N or -N.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>Null when that many run.</returns>
    public async Task<OperationRefused?> ScaleAsync(string name, string change, ActivityContext context, CancellationToken cancel)
    {
        await _declaring.WaitAsync(cancel);
        try
        {
            if (_closing)
                return GoingDown;
            if (!_apps.TryGetValue(name, out var app))
                return Select(name, out _) ?? new(Refusal.Invalid, $"'{name}' is no app: name one");
            if (!int.TryParse(change, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number))
                return new(Refusal.Invalid, $"'{change}' is no number of instances: write N, +N or -N");
            var to = change[0] is '+' or '-' ? (long)app.Spec.Instances + number : number;
            if (to is < 1 or > MostInstances)
                return new(Refusal.Invalid, $"'{name}' cannot have {to} instances: 1 to {MostInstances}; to have none, use 'pharos stop {name}'");
            if (to == app.Spec.Instances)
                return null;
            await Task.WhenAll(app.Instances.Skip((int)to).Select(a => a.DrainAsync(cancel)));
            var error = await ScaleAsync(app, app.Spec with { Instances = (int)to }, app.Spec.Source, start: false, context, cancel);
            SaveWhatWasDone();
            return error is null ? null : new(Refusal.SpawnFailed, error);
        }
        finally
        {
            _declaring.Release();
        }
    }

    private const int MostInstances = 10_000;
}
