namespace Pharos.Benchmarks.Contestants;

/// <summary>Where a daemon has its spool files, outside its home. An empty folder stays there, which goes with this.</summary>
internal readonly struct SpoolPlace : IDisposable
{
    private readonly string? _folder;

    private SpoolPlace(string? folder) => _folder = folder;

    /// <param name="home">Of the daemon, which runs.</param>
    public static SpoolPlace Of(string home) => new(new DirectoryInfo(Path.Combine(home, "spool")).LinkTarget);

    public void Dispose()
    {
        if (_folder is not null && Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}
