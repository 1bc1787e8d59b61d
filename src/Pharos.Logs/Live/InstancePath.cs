using System.Globalization;
using Pharos.Core.Identity;
using Pharos.Core.Specs.Logs;

namespace Pharos.Logs.Live;

/// <summary>From the path of a file that an app was given to that of one instance.</summary>
public static class InstancePath
{
    /// <summary>The first instance has the file as it was asked for; a further one its slot before the extension. A path that names <c>{number}</c> or
    /// <c>{index}</c> says itself how the files differ.</summary>
    /// <param name="path">As asked; null: nothing was.</param>
    /// <param name="key">The instance.</param>
    /// <param name="number">Its number in the home.</param>
    /// <returns>Null when nothing was asked.</returns>
    public static string? Of(string? path, InstanceKey key, int number)
    {
        if (path is null or LogSpec.NoFile)
            return path;
        var named = path.Replace("{number}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{index}", key.Index.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return named != path || key.Index == 0 ? named : $"{Path.ChangeExtension(path, null)}-{key.Index}{Path.GetExtension(path)}";
    }
}
