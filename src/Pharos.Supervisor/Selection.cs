using Pharos.Core.Identity;

namespace Pharos.Supervisor;

/// <summary>Which instances a person means: <c>all</c>, <c>APP</c> or <c>APP:INDEX</c>.</summary>
public static class Selection
{
    /// <summary>The word for every instance.</summary>
    public const string All = "all";

    /// <summary>Whether an instance is meant.</summary>
    /// <param name="selector">The selector.</param>
    /// <param name="key">The instance.</param>
    /// <returns>True when it is.</returns>
    public static bool Matches(string selector, InstanceKey key) =>
        selector == All || selector == key.App || (InstanceKey.TryParse(selector, out var one) && one == key);

    /// <summary>Whether a text may be an app's name.</summary>
    /// <param name="name">The text.</param>
    /// <returns>False for <c>all</c>, the empty text, and anything that would not be safe in a file name.</returns>
    public static bool IsAppName(string name) => name != All && AppName.IsUsable(name);
}
