using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Sampling;

/// <summary>Restarts, in order, an instance whose whole tree uses more memory than it may. Looked at with each sample, every second.</summary>
internal static class MemoryGuard
{
    /// <summary>Looks at a sample of a running instance.</summary>
    /// <param name="actor">The instance.</param>
    /// <param name="sample">What /proc said of it.</param>
    /// <param name="say">Takes a line for the daemon's log.</param>
    public static void Look(InstanceActor actor, in ProcessSample sample, Action<string> say)
    {
        if (actor.MaxMemoryBytes is not { } limit || sample.TreeRssBytes <= limit || actor.Snapshot.State.Phase is not (Phase.Starting or Phase.Running))
            return;
        say($"{actor.Snapshot.Key} uses {sample.TreeRssBytes} bytes and may use {limit}: it is restarted");
        actor.Post(new InstanceEvent.RestartRequested(RestartReason.MemoryLimit));
    }
}
