namespace Pharos.Linux.Processes;

/// <summary>Finds programs as a shell does.</summary>
/// <param name="path">Value of PATH.</param>
/// <param name="cwd">Where its relative and empty elements begin.</param>
internal sealed class PathSearch(string path, string cwd)
{
    /// <summary>The first executable file of that name.</summary>
    /// <returns>Its absolute path, or null.</returns>
    internal string? Find(string name) =>
        name.Length == 0 || name.Contains('/')
            ? null
            : path.Split(':').Select(directory => Path.Combine(cwd, directory, name)).FirstOrDefault(IsExecutable);

    /// <summary>A regular file that we may execute.</summary>
    internal static bool IsExecutable(string file) => File.Exists(file) && Libc.access(file, Libc.X_OK) == 0;
}
