namespace Pharos.Core.Specs;

/// <summary>Files whose change restarts the app.</summary>
public sealed record WatchSpec
{
    /// <summary>Files and folders, absolute; a folder is watched with all that is in it.</summary>
    public required EquatableArray<string> Paths { get; init; }

    /// <summary>What is passed over: patterns as in gitignore(5), relative to each watched folder.</summary>
    public EquatableArray<string> Ignore { get; init; } = [];

    /// <summary>Quiet time after the last change before anything is restarted.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(200);
}
