namespace Pharos.Core.Ports;

/// <summary>A file or folder below a watched one.</summary>
/// <param name="Root">The watched folder; of a watched file, the folder that it is in.</param>
/// <param name="Path">Relative to it, with slashes; empty: the watched folder itself.</param>
/// <param name="IsFolder">It is a folder.</param>
public readonly record struct WatchedFile(string Root, string Path, bool IsFolder);

/// <summary>What is to be watched, and who is told. The three functions are called on threads of the watcher and must not block.</summary>
public sealed record FileWatchOrder
{
    /// <summary>Files and folders, absolute. One that is not there is watched when it comes.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>What is passed over; a folder with all that is in it.</summary>
    public required Func<WatchedFile, bool> IsIgnored { get; init; }

    /// <summary>Something was written, made, moved or deleted; the same may come often.</summary>
    public required Action<WatchedFile> Changed { get; init; }

    /// <summary>Nothing more is told: one line says why and what helps.</summary>
    public required Action<string> Lost { get; init; }
}

/// <summary>Tells which files change.</summary>
public interface IFileWatch
{
    /// <summary>Begins to watch; all folders are walked through before this returns.</summary>
    /// <param name="order">What, and who is told.</param>
    /// <returns>To be disposed when it is enough.</returns>
    IDisposable Watch(FileWatchOrder order);
}
