using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Operations.Jobs;

/// <summary>Where the next run of a job goes, when it meets others. Pure but for what the instances are at.</summary>
internal static class JobPlacement
{
    /// <summary>Finds the slot of the next run.</summary>
    /// <param name="app">The job.</param>
    /// <param name="scheduled">Only a slot whose schedule somebody wants.</param>
    /// <returns>The slot and whether what runs there is stopped for it; null: the run is left out.</returns>
    public static (InstanceActor Slot, bool Replace)? Of(App app, bool scheduled)
    {
        var usable = app.Instances.Where(i => !scheduled || i.Snapshot.Wanted);
        var busy = app.Instances.FirstOrDefault(IsBusy);
        return app.Spec.Job!.Overlap switch
        {
            JobOverlap.Forbid when busy is not null => null,
            JobOverlap.Replace when busy is not null => (busy, true),
            JobOverlap.Forbid or JobOverlap.Replace or JobOverlap.Allow => usable.FirstOrDefault(i => !IsBusy(i)) is { } free ? (free, false) : null,
        };
    }

    /// <summary>A process is there, or is being made. One that waits to be tried again makes room for the next run.</summary>
    private static bool IsBusy(InstanceActor instance) => instance.Snapshot.State.Phase is Phase.Starting or Phase.Running or Phase.Stopping;
}
