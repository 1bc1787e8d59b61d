using Pharos.Core.Identity;

namespace Pharos.Supervisor.Actors;

/// <summary>Work on a process that nobody waits for. What the kernel refuses there is said; the deadline that follows tries harder.</summary>
internal sealed class Background(InstanceKey key, Action<string> say)
{
    /// <summary>Completes when nothing is under way.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    /// <summary>Begins something. Actor only.</summary>
    /// <param name="what">A verb, for the line when it fails.</param>
    /// <param name="act">It.</param>
    public void Run(string what, Action act) => Done = Task.WhenAll(Done, Task.Run(() =>
    {
        try
        {
            act();
        }
        catch (Exception e)
        {
            say($"cannot {what} {key}: {e.Message}");
        }
    }));
}
