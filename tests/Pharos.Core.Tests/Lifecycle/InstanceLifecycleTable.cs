using System.Text;
using Pharos.Core.Lifecycle;
using Pharos.Core.Schedules;
using Pharos.TestKit;
using Xunit;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Core.Tests.Lifecycle;

public sealed class InstanceLifecycleTable
{
    /// <summary>Every gap is a choice that somebody reviewed: the diff of this file is read like code.</summary>
    [Fact]
    public void The_whole_phase_by_event_table_is_as_reviewed()
    {
        var table = new StringBuilder();
        foreach (var (situation, state) in Situations())
        {
            table.Append(situation).Append('\n');
            foreach (var (name, e) in Events(state.Incarnation))
                table.Append("  ").Append(name.PadRight(34)).Append(" -> ").Append(Describe(InstanceLifecycle.Step(state, e))).Append('\n');
            table.Append('\n');
        }

        Golden.Match(table.ToString());
    }

    private static IEnumerable<(string, InstanceState)> Situations()
    {
        var it = new InstanceState { Incarnation = 3, Policy = new RestartPolicy { Jitter = 0, MaxCrashes = 3 } };
        yield return ("Stopped", it);
        yield return ("Stopped, depends on others", it with { DependsOn = ["db", "cache"] });
        yield return ("Starting, waits for others", it with { Phase = Phase.Starting, Awaiting = true, DependsOn = ["db"], ReadinessReason = "waits for db" });
        yield return ("Failed, what it depends on did not come", it with { Phase = Phase.Failed, Failure = FailureReason.DependencyFailed, DependsOn = ["db"], Error = "db is gone" });
        yield return ("Starting, spawn under way", it with { Phase = Phase.Starting, Spawning = true });
        yield return ("Starting, process up", it with { Phase = Phase.Starting, Alive = true });
        yield return ("Running, ready", it with { Phase = Phase.Running, Alive = true, Readiness = Readiness.Ready });
        yield return ("Running, unready", it with { Phase = Phase.Running, Alive = true, Readiness = Readiness.Unready });
        yield return ("Running, ready, two crashes in the window", it with { Phase = Phase.Running, Alive = true, Readiness = Readiness.Ready, Crashes = [At(95), At(98)] });
        yield return ("Stopping", it with { Phase = Phase.Stopping, Alive = true });
        yield return ("Stopping, spawn under way", it with { Phase = Phase.Stopping, Spawning = true });
        yield return ("Stopping, killed", it with { Phase = Phase.Stopping, Alive = true, Killed = true });
        yield return ("Stopping, to be started again", it with { Phase = Phase.Stopping, Alive = true, RestartAfterStop = RestartReason.Manual });
        yield return ("BackingOff", it with { Phase = Phase.BackingOff, LaunchReason = RestartReason.Crash, UnstableInARow = 2, Backoff = TimeSpan.FromMilliseconds(200) });
        var job = it with { IsJob = true, Policy = it.Policy with { Mode = RestartMode.Never } };
        var retried = job with { Policy = it.Policy with { Mode = RestartMode.OnFailure } };
        yield return ("Job, stopped", job);
        yield return ("Job, run goes on", job with { Phase = Phase.Running, Alive = true, Readiness = Readiness.Ready });
        yield return ("Job, spawn under way", job with { Phase = Phase.Starting, Spawning = true });
        yield return ("Job, stopping", job with { Phase = Phase.Stopping, Alive = true });
        yield return ("Job, stopping over its memory limit", job with { Phase = Phase.Stopping, Alive = true, RestartAfterStop = RestartReason.MemoryLimit });
        yield return ("Job with retries, run goes on", retried with { Phase = Phase.Running, Alive = true, Readiness = Readiness.Ready });
        yield return ("Job with retries, two tries failed", retried with { Phase = Phase.Running, Alive = true, Readiness = Readiness.Ready, UnstableInARow = 2, Crashes = [At(95), At(98)] });
        yield return ("Job with retries, waits for the next", retried with { Phase = Phase.BackingOff, LaunchReason = RestartReason.Crash, UnstableInARow = 2, Backoff = TimeSpan.FromMilliseconds(200) });
        yield return ("Failed", it with { Phase = Phase.Failed, Failure = FailureReason.CrashLoop });
    }

    private static IEnumerable<(string, InstanceEvent)> Events(int current)
    {
        var now = At(100);
        yield return ("StartRequested", new StartRequested { At = now });
        yield return ("StopRequested", new StopRequested { At = now });
        yield return ("RestartRequested Manual", new RestartRequested(RestartReason.Manual) { At = now });
        yield return ("RestartRequested MemoryLimit", new RestartRequested(RestartReason.MemoryLimit) { At = now });
        yield return ("ResetRequested", new ResetRequested { At = now });
        yield return ("RunRequested Schedule", new RunRequested(1, RunTrigger.Schedule, DateTimeOffset.UnixEpoch, Replace: false) { At = now });
        yield return ("RunRequested Schedule, replace", new RunRequested(1, RunTrigger.Schedule, DateTimeOffset.UnixEpoch, Replace: true) { At = now });
        yield return ("RunRequested Manual, replace", new RunRequested(1, RunTrigger.Manual, null, Replace: true) { At = now });
        yield return ("RunOverdue", new RunOverdue(current) { At = now });
        yield return ("RunOverdue, earlier incarnation", new RunOverdue(current - 1) { At = now });
        yield return ("Spawned", new Spawned(current) { At = now });
        yield return ("Spawned, earlier incarnation", new Spawned(current - 1) { At = now });
        yield return ("SpawnRefused", new SpawnRefused(current, "no such file", false) { At = now });
        yield return ("SpawnRefused, transient", new SpawnRefused(current, "out of memory", true) { At = now });
        yield return ("Adopted", new Adopted(current) { At = now });
        yield return ("BecameReady", new BecameReady(current) { At = now });
        yield return ("BecameReady, earlier incarnation", new BecameReady(current - 1) { At = now });
        yield return ("BecameUnready", new BecameUnready(current, "http 503") { At = now });
        yield return ("Adopted, not ready", new Adopted(current, Readiness.NotReady) { At = now });
        yield return ("Adopted, unready", new Adopted(current, Readiness.Unready) { At = now });
        yield return ("LivenessFailed", new LivenessFailed(current, "no answer") { At = now });
        yield return ("LivenessFailed, earlier incarnation", new LivenessFailed(current - 1, "no answer") { At = now });
        yield return ("StatusSaid", new StatusSaid(current, "busy") { At = now });
        yield return ("DependenciesMet", new DependenciesMet(current) { At = now });
        yield return ("DependenciesFailed", new DependenciesFailed(current, "db is gone") { At = now });
        yield return ("DependenciesMet, earlier incarnation", new DependenciesMet(current - 1) { At = now });
        yield return ("Exited 0 after 10 s", new Exited(current, new ExitStatus(0, null), TimeSpan.FromSeconds(10)) { At = now });
        yield return ("Exited 1 after 10 s", new Exited(current, new ExitStatus(1, null), TimeSpan.FromSeconds(10)) { At = now });
        yield return ("Exited 1 after 10 ms", new Exited(current, new ExitStatus(1, null), TimeSpan.FromMilliseconds(10)) { At = now });
        yield return ("Exited by SIGKILL after 10 s", new Exited(current, new ExitStatus(null, 9), TimeSpan.FromSeconds(10)) { At = now });
        yield return ("Exited, earlier incarnation", new Exited(current - 1, new ExitStatus(1, null), TimeSpan.FromSeconds(10)) { At = now });
        yield return ("DeadlinePassed", new DeadlinePassed(current) { At = now });
        yield return ("DeadlinePassed, earlier incarnation", new DeadlinePassed(current - 1) { At = now });
    }

    private static string Describe(Transition t)
    {
        if (!t.Handled)
            return "ignored";
        var next = t.Next;
        var parts = new List<string> { $"{next.Phase} #{next.Incarnation}" };
        if (next.Readiness != Readiness.NotReady)
            parts.Add(next.Readiness.ToString());
        if (next.ReadinessReason is { } reason)
            parts.Add($"({reason})");
        if (next.Awaiting)
            parts.Add("awaiting");
        if (next.Status is { } says)
            parts.Add($"says {says}");
        if (next.RestartAfterStop is { } again)
            parts.Add($"then {again}");
        if (next.Failure is { } failure)
            parts.Add($"because {failure}");
        if (t.Ended is { } ended)
            parts.Add($"ended {ended}");
        if (t.Restarting is { } restarting)
            parts.Add($"restart {restarting}");
        if (t.Effects.Count > 0)
            parts.Add("do " + string.Join(" + ", t.Effects.Select(Describe)));
        return string.Join(", ", parts);
    }

    private static string Describe(InstanceEffect effect) => effect switch
    {
        InstanceEffect.Spawn s => $"Spawn #{s.Incarnation}",
        InstanceEffect.AwaitDependencies w => $"AwaitDependencies #{w.Incarnation}",
        InstanceEffect.Signal s => $"Signal #{s.Incarnation} {SignalNames.Of(s.Number)}",
        InstanceEffect.KillTree k => $"KillTree #{k.Incarnation}",
        InstanceEffect.Arm a => $"Arm #{a.Incarnation} {a.Delay.TotalMilliseconds} ms",
        InstanceEffect.Disarm => "Disarm",
        _ => throw new InvalidOperationException(effect.ToString()),
    };

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
