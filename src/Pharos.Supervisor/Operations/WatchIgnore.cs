using Pharos.Core.Ports;
using Pharos.Core.Watching;
using Pharos.Logs.Rotation;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Operations;

/// <summary>What watching passes over: what nobody edits, what the app was told to pass over, and whatever Pharos itself writes.</summary>
internal sealed class WatchIgnore
{
    /// <summary>Looked at before the app's own patterns, which may take any of these back.</summary>
    private static readonly string[] Always =
    [
        ".git/", ".hg/", ".svn/", "node_modules/", "__pycache__/", "*.pid",
        "*.swp", "*.swo", "*.swx", "*~", ".#*", "\\#*#", "4913", ".goutputstream-*", ".DS_Store", // of vim, emacs, gedit and finder
    ];

    private readonly IgnorePatterns _patterns;
    private readonly List<string> _own = [];

    /// <param name="app">The app.</param>
    /// <param name="options">Where Pharos writes.</param>
    public WatchIgnore(App app, SupervisorOptions options)
    {
        _patterns = new IgnorePatterns([.. Always, .. app.Spec.Watch!.Ignore]);
        var home = Path.GetDirectoryName(options.LogDirectory)!;
        _own.AddRange([options.LogDirectory, options.SpoolDirectory, Path.Combine(home, "state"), Path.Combine(home, "pharos.log"), Path.Combine(home, "pharos.sock"), Path.Combine(home, "daemon.lock")]);
        foreach (var instance in app.Instances)
            _own.AddRange(instance.Log.Paths);
    }

    /// <summary>Whether a change of it is none.</summary>
    public bool Covers(WatchedFile file) =>
        file.Path.Length > 0 && (_patterns.IsIgnored(file.Path, file.IsFolder) || IsOwn(Path.Combine(file.Root, file.Path)));

    /// <summary>A file of ours, what lies in a folder of ours, and the older files beside a log (app.log.1, app.log.gz).</summary>
    private bool IsOwn(string path)
    {
        foreach (var own in _own)
        {
            if (path.StartsWith(own, StringComparison.Ordinal) && (path.Length == own.Length || path[own.Length] is '/' or '.'))
                return true;
            if (RotatedNames.IsOf(own, path))
                return true;
        }

        return false;
    }
}
