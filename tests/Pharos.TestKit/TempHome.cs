namespace Pharos.TestKit;

/// <summary>A directory of the test's own, readable by nobody else, deleted at the end.</summary>
public sealed class TempHome : IDisposable
{
    /// <summary>sun_path holds 107 bytes and a NUL (unix(7)): this leaves room for file names of some sixty characters.</summary>
    private const int LongestBase = 30;

    /// <summary>Creates it, with mode 0700 (that of mkdtemp(3)).</summary>
    public TempHome()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("file modes are asked for"); // the compiler's platform check wants this said
        }

        var usual = System.IO.Path.GetTempPath();
        var parent = usual.Length <= LongestBase ? usual : "/tmp";
        do
        {
            Path = System.IO.Path.Combine(parent, $"ph-{Guid.NewGuid().ToString("n")[..10]}");
        }
        while (Directory.Exists(Path));
        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Absolute; short enough for a unix socket below it.</summary>
    public string Path { get; }

    /// <summary>A path below the directory; its folder is made, the file is not.</summary>
    public string File(params ReadOnlySpan<string> parts)
    {
        var path = System.IO.Path.Combine([Path, .. parts]);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>Writes a file below the directory and returns its path.</summary>
    public string Write(string relative, string text)
    {
        var path = File(relative);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Deletes everything. A process still writing into it makes this throw: the test left it behind.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
