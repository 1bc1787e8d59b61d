using Pharos.Supervisor.Actors;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor;

public sealed partial class ProcessSupervisor
{
    /// <summary>Waits until every actor has taken its turn once. One that died of a bug is passed over: it said so when it did.</summary>
    /// <param name="cancel">Gives up: an actor hangs.</param>
    /// <returns>Completes when all have answered.</returns>
    /// <exception cref="OperationCanceledException">One did not in time.</exception>
    public Task AnswersAsync(CancellationToken cancel) => Task.WhenAll(Actors.Select(AnswerAsync)).WaitAsync(cancel);

    private static async Task AnswerAsync(InstanceActor actor)
    {
        try
        {
            await actor.AskAsync(new DeadlinePassed(-1), default); // of no incarnation: it means nothing
        }
        catch (ActorEndedException)
        {
            // Deleted meanwhile, or dead of a bug: loudly, alone, counted.
        }
    }
}
