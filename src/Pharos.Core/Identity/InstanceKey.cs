using System.Diagnostics.CodeAnalysis;

namespace Pharos.Core.Identity;

/// <summary>One numbered slot of an app.</summary>
/// <param name="App">The app's name: letters, digits, dot, dash and underscore.</param>
/// <param name="Index">The slot, from 0.</param>
public readonly record struct InstanceKey(string App, int Index) : IComparable<InstanceKey>
{
    /// <summary><c>app:index</c>, as people write it.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{App}:{Index}";

    /// <inheritdoc/>
    public int CompareTo(InstanceKey other)
    {
        var byName = string.CompareOrdinal(App, other.App);
        return byName != 0 ? byName : Index.CompareTo(other.Index);
    }

    /// <summary>Reads <c>app:index</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="key">The key.</param>
    /// <returns>False when it is not of that form.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out InstanceKey key)
    {
        key = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out var index))
            return false;
        key = new InstanceKey(text![..colon], index);
        return true;
    }

    /// <summary>Order by name, then slot.</summary>
    public static bool operator <(InstanceKey left, InstanceKey right) => left.CompareTo(right) < 0;

    /// <summary>Order by name, then slot.</summary>
    public static bool operator >(InstanceKey left, InstanceKey right) => left.CompareTo(right) > 0;

    /// <summary>Order by name, then slot.</summary>
    public static bool operator <=(InstanceKey left, InstanceKey right) => left.CompareTo(right) <= 0;

    /// <summary>Order by name, then slot.</summary>
    public static bool operator >=(InstanceKey left, InstanceKey right) => left.CompareTo(right) >= 0;
}
