namespace Pharos.Supervisor.Actors;

/// <summary>Gives each instance of a home a small number of its own: from 0, growing, none twice while there are apps. With the last app gone it begins anew.</summary>
internal sealed class InstanceNumbers
{
    private int _next;

    /// <summary>The number that the next one gets.</summary>
    public int Next => Volatile.Read(ref _next);

    /// <summary>A number that nobody has.</summary>
    public int Take() => Interlocked.Increment(ref _next) - 1;

    /// <summary>Begins at a number.</summary>
    /// <param name="next">What the next one gets.</param>
    public void Begin(int next) => Volatile.Write(ref _next, next);
}
