using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Operations;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor;

/// <summary>What is done to single instances without starting or stopping their app.</summary>
public sealed partial class ProcessSupervisor
{
    /// <summary>Has restarts and crashes of instances count anew. The metrics go on: a counter never falls.</summary>
    /// <param name="selector">Which instances.</param>
    /// <returns>Null when it is done.</returns>
    public async Task<OperationRefused?> ResetAsync(string selector)
    {
        if (Select(selector, out var actors) is { } refused)
            return refused;
        foreach (var actor in actors)
        {
            try
            {
                await actor.AskAsync(new ResetRequested(), default);
            }
            catch (ActorEndedException e)
            {
                return new(Refusal.NotFound, e.Message);
            }
        }

        return null;
    }

    /// <summary>Sends a signal to the main process of each instance.</summary>
    /// <param name="selector">Which instances.</param>
    /// <param name="signal">Signal number.</param>
    /// <returns>Null when at least one got it.</returns>
    public OperationRefused? Signal(string selector, int signal)
    {
        if (Select(selector, out var actors) is { } refused)
            return refused;
        var reached = 0;
        foreach (var actor in actors)
            reached += actor.Signal(signal) ? 1 : 0;
        return reached > 0 ? null : new(Refusal.Conflict, $"nothing of '{selector}' runs, so nobody got {SignalNames.Of(signal)}");
    }

    /// <summary>One instance of several goes; the others are not touched.</summary>
    private async Task<OperationRefused?> DeleteInstanceAsync(InstanceActor actor, ActivityContext context, CancellationToken cancel)
    {
        var name = actor.Snapshot.Key.App;
        if (await StopAllAsync([actor], context, cancel) is { } unstopped)
            return unstopped;
        await _declaring.WaitAsync(cancel);
        try
        {
            if (!_apps.TryGetValue(name, out var app) || !app.Instances.Contains(actor))
                return null; // somebody else deleted it meanwhile
            IReadOnlyList<InstanceActor> left = [.. app.Instances.Where(i => i != actor)];
            if (left.Count == 0)
            {
                await ForgetAsync(app, context);
            }
            else
            {
                Change(apps => apps.SetItem(name, With(app.Spec with { Instances = left.Count }, left)));
                await EndAsync(actor, app, context);
            }

            return _keeper.TrySave() is { } unsaved
                ? new(Refusal.Invalid, $"'{actor.Snapshot.Key}' is deleted, but the state cannot be saved, so the next daemon may bring it back: {unsaved}")
                : null;
        }
        finally
        {
            _declaring.Release();
        }
    }
}
