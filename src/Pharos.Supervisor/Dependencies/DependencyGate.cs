using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Dependencies;

/// <summary>Holds a start back until what it depends on is there. What is stopped is started; what was given up, or stops meanwhile, fails the start.</summary>
internal sealed class DependencyGate(Func<string, App?> find, TimeProvider time)
{
    private static readonly TimeSpan Patience = new ProbeSpec { Kind = ProbeKind.Notify }.Deadline;

    /// <summary>Waits.</summary>
    /// <param name="spec">The app that is to be started.</param>
    /// <param name="cancel">It is not to be started after all.</param>
    /// <returns>Null when everything is there; otherwise one line that says what is not, and why.</returns>
    public async Task<string?> AwaitAsync(AppSpec spec, CancellationToken cancel)
    {
        var answers = await Task.WhenAll(spec.DependsOn.Select(d => AwaitAsync(d, cancel)));
        return answers.FirstOrDefault(a => a is not null);
    }

    private async Task<string?> AwaitAsync(Dependency dependency, CancellationToken cancel)
    {
        if (find(dependency.App) is not { } app)
            return $"it depends on '{dependency.App}', and there is no such app";
        var answers = await Task.WhenAll(app.Instances.Select(i => AwaitAsync(i, dependency.Condition, app.Spec.Ready?.Deadline ?? Patience, cancel)));
        return answers.FirstOrDefault(a => a is not null);
    }

    private async Task<string?> AwaitAsync(InstanceActor actor, DependencyCondition condition, TimeSpan patience, CancellationToken cancel)
    {
        var key = actor.Snapshot.Key;
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            // Asked first: whatever is still in its inbox, an adoption or a start, is taken in before it is looked at.
            if (actor.Snapshot is { Wanted: false } or { State.Phase: Phase.Stopped })
                await actor.AskAsync(new StartRequested(), default);
            // Its own wait for others has a patience of its own.
            await actor.WaitAsync(s => !s.State.Awaiting, cancel);
            late.CancelAfter(patience);
            var it = await actor.WaitAsync(s => IsThere(s, condition) || WillNotCome(s) is not null, either.Token);
            return IsThere(it, condition) ? null : $"it depends on {key}, which {WillNotCome(it)}";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var it = actor.Snapshot.State;
            var what = condition == DependencyCondition.Ready ? "get ready" : "start";
            return $"it depends on {key}, which did not {what} within {patience.TotalSeconds:0.###} s{((it.ReadinessReason ?? it.Error) is { } why ? $" ({why})" : "")}";
        }
        catch (ActorEndedException)
        {
            return $"it depends on {key}, which was deleted";
        }
    }

    private static bool IsThere(InstanceSnapshot it, DependencyCondition condition) =>
        condition == DependencyCondition.Ready ? it.State is { Phase: Phase.Running, Readiness: Readiness.Ready } : it.State is { Alive: true, Phase: Phase.Starting or Phase.Running };

    private static string? WillNotCome(InstanceSnapshot it) => it.State switch
    {
        { Phase: Phase.Failed, Failure: FailureReason.CrashLoop } => "was given up: it crashed too often",
        { Phase: Phase.Failed } => $"failed: {it.State.Error ?? "it ended with an error"}",
        { Phase: Phase.Stopped } when !it.Wanted => "was stopped",
        { Phase: Phase.Stopped, LastExit: not null } => "has ended",
        _ => null,
    };
}
