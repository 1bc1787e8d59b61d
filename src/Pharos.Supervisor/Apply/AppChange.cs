using Pharos.Core.Specs;

namespace Pharos.Supervisor.Apply;

/// <summary>What an apply does to an app.</summary>
public enum ChangeKind
{
    /// <summary>There is none of that name.</summary>
    Create,

    /// <summary>It is to run in another way: its instances are restarted. It may be scaled as well.</summary>
    Update,

    /// <summary>Only the number of instances differs: those that stay are not touched.</summary>
    Scale,

    /// <summary>Nothing differs, and some of it does not run: that is started.</summary>
    Start,

    /// <summary>Nothing differs.</summary>
    Unchanged,

    /// <summary>It came from the file and is not in it any more.</summary>
    Delete,
}

/// <summary>What an apply does to one app.</summary>
/// <param name="Name">The app.</param>
/// <param name="Kind">What.</param>
/// <param name="Fields">Names of what differs; values are never in it.</param>
/// <param name="From">Instances before.</param>
/// <param name="To">Instances after.</param>
/// <param name="Spec">What it is to be; null: deleted.</param>
/// <param name="Error">Why it was not done.</param>
public sealed record AppChange(string Name, ChangeKind Kind, IReadOnlyList<string> Fields, int From, int To, AppSpec? Spec, string? Error = null);

/// <summary>What runs, as far as a plan needs to know it.</summary>
/// <param name="Spec">The app.</param>
/// <param name="AllUp">Every instance has a process, or will have one without being asked.</param>
public sealed record CurrentApp(AppSpec Spec, bool AllUp);
