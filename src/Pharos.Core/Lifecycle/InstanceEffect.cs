namespace Pharos.Core.Lifecycle;

/// <summary>An order to the outside, imperative. A closed family: the effect runner carries out each.</summary>
public abstract record InstanceEffect
{
    private InstanceEffect()
    {
    }

    /// <summary>Make a process; answer with <see cref="InstanceEvent.Spawned"/> or <see cref="InstanceEvent.SpawnRefused"/>.</summary>
    /// <param name="Incarnation">Its number.</param>
    public sealed record Spawn(int Incarnation) : InstanceEffect;

    /// <summary>Wait for what it depends on; answer with <see cref="InstanceEvent.DependenciesMet"/> or <see cref="InstanceEvent.DependenciesFailed"/>.</summary>
    /// <param name="Incarnation">The incarnation that waits.</param>
    public sealed record AwaitDependencies(int Incarnation) : InstanceEffect;

    /// <summary>Send a signal to the whole tree of the process.</summary>
    /// <param name="Incarnation">Which.</param>
    /// <param name="Number">Signal number.</param>
    public sealed record Signal(int Incarnation, int Number) : InstanceEffect;

    /// <summary>SIGKILL to everything that descends from the process, until nothing is left.</summary>
    /// <param name="Incarnation">Which.</param>
    public sealed record KillTree(int Incarnation) : InstanceEffect;

    /// <summary>Set the one timer of the instance; it answers with <see cref="InstanceEvent.DeadlinePassed"/>.</summary>
    /// <param name="Incarnation">Which incarnation it is for.</param>
    /// <param name="Delay">How long.</param>
    public sealed record Arm(int Incarnation, TimeSpan Delay) : InstanceEffect;

    /// <summary>Take a process off its listeners and let it finish; answer with <see cref="InstanceEvent.Drained"/>.</summary>
    /// <param name="Incarnation">Which.</param>
    public sealed record Retire(int Incarnation) : InstanceEffect;

    /// <summary>Set the timer of the second process; it answers with <see cref="InstanceEvent.DeadlinePassed"/>.</summary>
    /// <param name="Incarnation">Which incarnation it is for.</param>
    /// <param name="Delay">How long.</param>
    public sealed record ArmBeside(int Incarnation, TimeSpan Delay) : InstanceEffect;

    /// <summary>Forget the timer of the second process.</summary>
    public sealed record DisarmBeside : InstanceEffect;

    /// <summary>Forget the timer.</summary>
    public sealed record Disarm : InstanceEffect;
}
