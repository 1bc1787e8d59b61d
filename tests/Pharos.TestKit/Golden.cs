using System.Runtime.CompilerServices;

namespace Pharos.TestKit;

/// <summary>Compares what outsiders see with a reviewed file next to the test: <c>FileOfTheTest.Name_of_the_test.golden</c>.</summary>
/// <remarks><c>UPDATE_GOLDEN=1</c> writes the files instead; the diff is reviewed like code.</remarks>
public static class Golden
{
    private const int LinesAround = 3;

    /// <summary>Compares, byte for byte.</summary>
    /// <param name="actual">The whole text.</param>
    /// <param name="name">The middle part of the file's name; the calling test's name when left out.</param>
    /// <param name="testFile">Filled in by the compiler.</param>
    /// <exception cref="GoldenMismatchException">The text differs, or there is no such file yet.</exception>
    public static void Match(string actual, [CallerMemberName] string name = "", [CallerFilePath] string testFile = "")
    {
        var file = $"{Path.GetFileNameWithoutExtension(testFile)}.{name}.golden";
        var update = Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";
        Match(actual, Path.Combine(Path.GetDirectoryName(testFile)!, file), update);
    }

    /// <summary>Compares with a file anywhere, or writes it.</summary>
    /// <inheritdoc cref="Match(string, string, string)"/>
    public static void Match(string actual, string path, bool update)
    {
        if (update)
        {
            WriteWhenDifferent(actual, path);
        }
        else if (!File.Exists(path))
        {
            throw new GoldenMismatchException($"{path} does not exist; UPDATE_GOLDEN=1 writes it with this text:\n{actual}");
        }
        else if (File.ReadAllText(path) is var expected && expected != actual)
        {
            throw new GoldenMismatchException($"{path} differs; UPDATE_GOLDEN=1 rewrites it.\n{FirstDifference(expected, actual)}");
        }
    }

    private static void WriteWhenDifferent(string actual, string path)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != actual) // an untouched file keeps its time stamp
        {
            File.WriteAllText(path, actual);
        }
    }

    private static string FirstDifference(string expected, string actual)
    {
        string[] left = expected.Split('\n'), right = actual.Split('\n');
        var at = left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();
        var from = Math.Max(0, at - LinesAround);
        var same = left[from..at].Select(line => $"    {Visible(line)}");
        var less = left.Skip(at).Take(LinesAround).Select(line => $"  - {Visible(line)}");
        var more = right.Skip(at).Take(LinesAround).Select(line => $"  + {Visible(line)}");
        return $"First difference at line {at + 1} (- in the file, + now):\n{string.Join('\n', [.. same, .. less, .. more])}";
    }

    /// <summary>Two lines that differ in a control character or a trailing blank must not look the same.</summary>
    private static string Visible(string line)
    {
        var shown = line.Replace("\e", "\\e").Replace("\r", "\\r").Replace("\t", "\\t");
        return shown.EndsWith(' ') ? shown + "⏎" : shown;
    }
}

/// <summary>The text is not what the golden file says.</summary>
public sealed class GoldenMismatchException(string message) : Exception(message);
