using System.Globalization;

namespace Pharos.Logs.Rotation;

/// <summary>Names of rotated files: the time of the rotation, UTC, before the extension. They sort by time.</summary>
public static class RotatedNames
{
    private const string Format = "yyyyMMdd'T'HHmmss'.'fff'Z'";

    /// <summary>A name that nobody has.</summary>
    /// <param name="path">The file that is to be rotated.</param>
    /// <param name="unixNanos">When.</param>
    /// <returns>A path in the same folder.</returns>
    public static string For(string path, long unixNanos)
    {
        for (var millis = unixNanos / 1_000_000; ; millis++)
        {
            var rotated = Of(path, DateTimeOffset.FromUnixTimeMilliseconds(millis));
            if (!File.Exists(rotated) && !File.Exists(rotated + ".gz") && !File.Exists(rotated + ".zst"))
                return rotated;
        }
    }

    /// <summary>Whether a name in the folder of a log file is one of its rotations.</summary>
    /// <param name="path">The log file.</param>
    /// <param name="other">The other file.</param>
    /// <returns>True also for one that is being compressed.</returns>
    public static bool IsOf(string path, string other)
    {
        var stem = Path.ChangeExtension(path, null) + ".";
        return other.StartsWith(stem, StringComparison.Ordinal) && other.Length >= stem.Length + StampLength
            && DateTimeOffset.TryParseExact(other.AsSpan(stem.Length, StampLength), Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);
    }

    private const int StampLength = 20;

    private static string Of(string path, DateTimeOffset at) =>
        Path.ChangeExtension(path, null) + "." + at.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture) + Path.GetExtension(path);
}
