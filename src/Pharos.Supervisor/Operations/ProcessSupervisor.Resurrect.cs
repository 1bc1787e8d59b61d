using System.Diagnostics;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Supervisor.Actors;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor;

/// <summary>What a resurrect did to one app.</summary>
/// <param name="App">Its name.</param>
/// <param name="Declared">It was not there, and is declared again.</param>
/// <param name="Started">Instances that were started.</param>
/// <param name="Up">Instances that were up already.</param>
/// <param name="Error">Why it is not as it was; null: it is.</param>
public sealed record Resurrected(string App, bool Declared, int Started, int Up, string? Error);

public sealed partial class ProcessSupervisor
{
    /// <summary>Brings back what was saved: apps that are missing are declared, and what was wanted then and is not up is started. Nothing is stopped,
    /// and settings of apps that are there stay as they are.</summary>
    /// <param name="file">A state file; null: what <see cref="Save"/> wrote last, else the newest generation.</param>
    /// <param name="context">The command that it comes from.</param>
    /// <param name="cancel">Gives up waiting, not starting.</param>
    /// <returns>The file, and what was done to each app in it.</returns>
    /// <exception cref="StateUnreadableException">The file is not there or not whole; nothing was changed.</exception>
    public async Task<(string Source, IReadOnlyList<Resurrected> Apps)> ResurrectAsync(string? file, ActivityContext context, CancellationToken cancel)
    {
        var saved = _store.Recall(file, out var source);
        var declared = new HashSet<string>(StringComparer.Ordinal);
        var refused = new Dictionary<string, string>(StringComparer.Ordinal);
        await _declaring.WaitAsync(cancel);
        try
        {
            foreach (var app in saved.Apps.Where(a => !_apps.ContainsKey(a.Spec.Name)))
            {
                if (_closing)
                    refused[app.Spec.Name] = GoingDown.Line;
                else if (_services.Host.Resolve(app.Spec).Refused is { } unresolved)
                    refused[app.Spec.Name] = unresolved.Message;
                else
                    declared.Add(app.Spec.Name);
            }

            // Its counters begin anew, as those of any app that was deleted: going on with older ones they would fall back.
            foreach (var app in saved.Apps.Where(a => declared.Contains(a.Spec.Name)).OrderBy(a => a.Instances.Select(i => i.Number).Min()))
                _apps = _apps.Add(app.Spec.Name, Make(app.Spec, [], []));
            if (declared.Count > 0)
                _keeper.TrySave();
        }
        finally
        {
            _declaring.Release();
        }

        List<Resurrected> done = [];
        foreach (var app in saved.Apps.OrderBy(a => a.Spec.Name, StringComparer.Ordinal))
        {
            done.Add(refused.TryGetValue(app.Spec.Name, out var why)
                ? new(app.Spec.Name, Declared: false, 0, 0, why)
                : await BringUpAsync(app, declared.Contains(app.Spec.Name), context, cancel));
        }

        return (source, done);
    }

    private async Task<Resurrected> BringUpAsync(SavedApp saved, bool declared, ActivityContext context, CancellationToken cancel)
    {
        var wanted = saved.Instances.Where(i => i.Wanted).Select(i => i.Index).ToHashSet();
        List<InstanceActor> instances = _apps.TryGetValue(saved.Spec.Name, out var app) ? [.. app.Instances.Where(i => wanted.Contains(i.Snapshot.Key.Index))] : [];
        var down = instances.Where(i => i.Snapshot.State.Phase is Phase.Stopped or Phase.Stopping or Phase.Failed).ToList();
        var fault = await UpAsync(down, new StartRequested(), context, cancel);
        return new(saved.Spec.Name, declared, down.Count, instances.Count - down.Count, fault?.Line);
    }
}
