using Pharos.Core.Identity;

namespace Pharos.Supervisor.Actors;

/// <summary>Nobody answers for this instance any more: it was deleted, the supervisor goes down, or its actor died of a bug.</summary>
/// <param name="key">Which.</param>
/// <param name="bug">What it died of; null: it ended as it should.</param>
public sealed class ActorEndedException(InstanceKey key, Exception? bug = null)
    : Exception(bug is null ? $"{key} is no longer managed" : $"the actor of {key} died of a bug ({bug.Message}); its process may run on, restart the daemon to get hold of it", bug)
{
    /// <summary>It died of a bug.</summary>
    public bool IsBug => InnerException is not null;
}
