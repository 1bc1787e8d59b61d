using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Supervisor.Probes;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Supervisor.Actors;

/// <summary>The two seats of an instance, and how its processes change them.</summary>
public sealed partial class InstanceActor
{
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(10);

    private volatile TaskCompletionSource? _finished; // somebody waits until the process has finished what it is at

    /// <summary>Pid of the second process; null: there is none.</summary>
    public int? OtherPid => Snapshot.State.Beside is { } beside ? SeatOf(beside.Incarnation).Running?.Process.Identity.Pid : null;

    /// <summary>HTTP requests of the last seconds; null: none was ever measured.</summary>
    public (double PerSecond, double? P95Seconds)? Traffic => Telemetry.Http.Recent(_services.Time);

    /// <summary>That of the current process.</summary>
    private Seat Current => SeatOn(Snapshot.State.IsOnOtherSide);

    private Seat SeatOn(bool otherSide) => _seats[otherSide ? 1 : 0].Value;

    /// <summary>That of a process: a second one is on the other side.</summary>
    private Seat SeatOf(int incarnation)
    {
        var state = Snapshot.State;
        return SeatOn(state.IsOnOtherSide != (state.Beside?.Incarnation == incarnation));
    }

    private Launcher MakeLauncher(bool onOtherSide)
    {
        var id = onOtherSide ? ServiceInstanceId.For(_services.Options.HostId, _spec.Namespace, Log.Key, overlap: true) : Id;
        return new Launcher(_services, Log.Key, id, Telemetry.Resource, Log) { Speech = Speech, Number = _number, Sockets = _sockets };
    }

    private Seat MakeSeat(bool onOtherSide)
    {
        var launcher = MakeLauncher(onOtherSide);
        var prober = new InstanceProber(_services, _spec, launcher.NotifyName, Telemetry, e => Post(e), Log.Mask);
        launcher.Further = prober.Variables;
        launcher.Reader = prober.ReadsLines ? incarnation => line => prober.SeeLine(incarnation, line) : null;
        return new Seat(launcher, prober, _services.Time, e => Post(e));
    }

    private void BeginProbing(InstanceEvent e, InstanceState now)
    {
        var incarnation = e is Spawned born ? born.Incarnation : now.Incarnation;
        var seat = SeatOf(incarnation);
        if (seat.Running is { } running)
            seat.Prober.Begin(incarnation, running.Env, _services.Time.GetElapsedTime(running.SpawnedAt), e is Adopted ? now.Readiness : null);
    }

    /// <summary>Each prober knows by the number whether it is meant.</summary>
    private void SaysReady(int incarnation)
    {
        foreach (var seat in _seats.Where(s => s.IsValueCreated))
            seat.Value.Prober.SaidReady(incarnation);
    }

    private void ReportBeside(Letter letter, BesideState beside, InstanceSnapshot after, Transition step)
    {
        if (letter is { Event: Spawned, Running: { } running } && step.Handled)
            _services.Say($"{after.Key} is reloaded: a new process started, pid {running.Process.Identity.Pid}");
        if (after.State.ReloadError is { } error && step.Handled && beside.Role == BesideRole.Successor && after.State.Beside?.Role != BesideRole.Successor)
            _services.Say($"{after.Key} is not reloaded, and goes on with its process: {error}");
        if (step.Handled && letter.Event is not StatusSaid)
            _reporter.Other(after);
    }

    /// <summary>A server that listens can do its work, when nobody said how else that is to be found out.</summary>
    private void Listens(int incarnation)
    {
        _ = SettleAsync(incarnation);
        if (_spec.Ready is null)
            Post(new BecameReady(incarnation));
    }

    /// <summary>A process that has listened for a while has asked for all that it needs: what one before it shared besides is let go.</summary>
    private async Task SettleAsync(int incarnation)
    {
        await Task.Delay(SettlingTime, _services.Time);
        if (Snapshot.State is { Alive: true, Beside: null } state && state.Incarnation == incarnation && Speech!.IsListening(incarnation))
            Speech.Settled();
    }

    private static InstanceSnapshot Showing(InstanceSnapshot it, Running running) =>
        it with { Process = running.Process.Identity, StartedAt = running.Process.StartedAt, LimitsInForce = running.Process.LimitsInForce };

    /// <summary>The process on the other side is the instance's own now.</summary>
    private InstanceSnapshot SwitchedSides(InstanceSnapshot next)
    {
        Telemetry.ProcessGone(); // its numbers are another process's from now on
        Speech?.Switch(next.State.Incarnation);
        var seat = SeatOn(next.State.IsOnOtherSide);
        seat.NoLongerAwaitReady();
        if (seat.Running is not { } running)
            return next with { Process = null, StartedAt = null, LimitsInForce = [] };
        if (next.State.Readiness != Readiness.Ready)
            AwaitReady(seat, next.State.Incarnation, running.SpawnedAt);
        return Showing(next, running);
    }

    /// <summary>The place of a process was taken. That is on disk before it stops listening: a daemon that dies in between must not go on with it.</summary>
    private void Retire(int incarnation) => _background.Run("take off its listeners", () =>
    {
        _services.SaveNow();
        if (Speech?.Drain(incarnation) != true)
            Post(new Drained(incarnation));
    });

    /// <summary>Lets its process finish what it is at, before it is stopped; at most as long as a reload would give it.</summary>
    /// <param name="cancel">Gives up.</param>
    internal async Task DrainAsync(CancellationToken cancel)
    {
        if (Speech is null)
            return;
        var done = _finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Speech.Drain(Snapshot.State.Incarnation))
            await Task.WhenAny(done.Task, Task.Delay(_spec.Reload.Drain, _services.Time, cancel));
    }

    private void Finished(int incarnation)
    {
        _finished?.TrySetResult();
        Post(new Drained(incarnation));
    }

    private void LetGoBeside(Letter letter, InstanceState was, ExitReason reason)
    {
        var seat = SeatOn(!was.IsOnOtherSide);
        seat.NoLongerAwaitReady();
        if (seat.Running is not { } running || letter.Event is not Exited exited)
            return;
        seat.Running = null;
        Speech?.End(exited.Incarnation);
        running.Process.Dispose();
        seat.Sweep = Task.Run(() => Sweep(running));
        _reports.Tell(new ExitRecord(reason, exited.Status, _services.Time.GetUtcNow(), exited.Uptime, []), exited.Incarnation, running, _trace.Context);
    }
}
