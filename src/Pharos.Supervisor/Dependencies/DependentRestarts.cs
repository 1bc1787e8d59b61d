using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Supervisor.Dependencies;

/// <summary>When somebody restarted an app and all of it is ready again, those that asked for it (<see cref="Dependency.Restart"/>) are restarted too.
/// A crash of the dependency does not count: its dependants have to live with that anyway.</summary>
internal sealed class DependentRestarts
{
    private readonly Func<IEnumerable<App>> _apps;

    public DependentRestarts(Func<IEnumerable<App>> apps, InstanceEventHub events)
    {
        _apps = apps;
        events.Changed += Look;
    }

    private void Look(string name, InstanceSnapshot it)
    {
        if (name != EventNames.Ready || it.State.LaunchReason is not (RestartReason.Manual or RestartReason.Reload or RestartReason.Deploy or RestartReason.Watch or RestartReason.Schedule))
            return;
        var dependants = _apps().Where(a => a.Spec.DependsOn.Any(d => d.Restart && d.App == it.Key.App)).ToList();
        if (dependants.Count == 0 || _apps().FirstOrDefault(a => a.Spec.Name == it.Key.App) is not { } app
            || !app.Instances.All(i => i.Snapshot.Key == it.Key || i.Snapshot.State.Readiness == Readiness.Ready))
            return;
        foreach (var instance in dependants.SelectMany(d => d.Instances))
        {
            // One that began after it knows the new one already.
            if (instance.Snapshot is { State.Phase: Phase.Starting or Phase.Running, StartedAt: { } began } && began < it.StartedAt)
                instance.Post(new InstanceEvent.RestartRequested(RestartReason.Dependency));
        }
    }
}
