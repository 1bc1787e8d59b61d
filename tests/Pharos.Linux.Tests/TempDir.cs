namespace Pharos.Linux.Tests;

/// <summary>A directory of one test's own.</summary>
internal sealed class TempDir : IDisposable
{
    internal TempDir() => Root = Directory.CreateTempSubdirectory("pharos-linux-").FullName;

    internal string Root { get; }

    internal string At(string name) => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
