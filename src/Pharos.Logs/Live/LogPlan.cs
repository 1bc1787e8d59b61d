using System.Collections.Immutable;
using Pharos.Core.Identity;
using Pharos.Core.Specs;
using Pharos.Core.Specs.Logs;
using Pharos.Logs.Formats;
using Pharos.Logs.Store;

namespace Pharos.Logs.Live;

/// <summary>Which files the output of one instance goes into, and how they look: what a <see cref="LogSpec"/> means for it.</summary>
public sealed class LogPlan
{
    private const long MostHidden = 256L << 20;
    private const long UnshippedHidden = 2L << 20;
    private const int HiddenFiles = 8;

    private LogPlan()
    {
    }

    /// <summary>Log file of stdout; where it has none, the bounded buffer in its place; null: its output is forgotten.</summary>
    public string? OutPath { get; private init; }

    /// <summary>As <see cref="OutPath"/>, of stderr.</summary>
    public string? ErrPath { get; private init; }

    internal LogSpec Spec { get; private init; } = new();

    internal ImmutableArray<StreamOptions> Out { get; private init; } = [];

    internal ImmutableArray<StreamOptions> Err { get; private init; } = [];

    /// <summary>Makes the plan.</summary>
    /// <param name="spec">The app.</param>
    /// <param name="key">The instance.</param>
    /// <param name="number">Its number in the home.</param>
    /// <param name="logFolder">Where log files are whose path nobody gave.</param>
    /// <param name="bufferFolder">Where the output of apps without log files waits for whoever ships it.</param>
    /// <returns>The plan.</returns>
    public static LogPlan Of(AppSpec spec, InstanceKey key, int number, string logFolder, string bufferFolder)
    {
        var logs = spec.Logs;
        if (logs.Off)
            return new LogPlan { Spec = logs };
        var outPath = Numbered(spec.OutFile, key, number, logs) ?? Default(logFolder, key, logs, "-out");
        var errPath = Numbered(spec.ErrFile, key, number, logs) ?? Default(logFolder, key, logs, "-error");
        var shared = logs.Merge || outPath == errPath;
        var first = Main(outPath, key, stderr: false, logs, shared, bufferFolder);
        var second = Main(errPath, key, stderr: true, logs, shared, bufferFolder);
        List<StreamOptions> further = [];
        if (Numbered(logs.CombinedFile, key, number, logs) is { } combined)
            further.Add(Further(combined == LogSpec.DefaultFile ? Default(logFolder, key, logs, "") : combined, key, logs, errorsOnly: false));
        if (Numbered(logs.ErrorsFile, key, number, logs) is { } errors)
            further.Add(Further(errors == LogSpec.DefaultFile ? Default(logFolder, key, logs, "-errors") : errors, key, logs, errorsOnly: true));
        further.RemoveAll(f => f.Path == first.Path || f.Path == second.Path || f.Path == LogSpec.NoFile);
        return new LogPlan
        {
            Spec = logs,
            OutPath = first.Path,
            ErrPath = second.Path,
            Out = [first, .. further],
            Err = [second, .. further],
        };
    }

    private static string? Numbered(string? path, InstanceKey key, int number, LogSpec logs) =>
        path is LogSpec.DefaultFile || logs.Merge ? path : InstancePath.Of(path, key, number);

    private static string Default(string folder, InstanceKey key, LogSpec logs, string kind) =>
        Path.Combine(folder, logs.Merge ? $"{key.App}{kind}.log" : $"{key.App}{kind}-{key.Index}.log");

    private static StreamOptions Main(string path, InstanceKey key, bool stderr, LogSpec logs, bool shared, string bufferFolder)
    {
        var options = new StreamOptions
        {
            Path = path,
            Group = key.App,
            Owner = new LogSource(key.App, key.Index, stderr),
            Layout = logs.Format switch
            {
                LogFormat.Raw => shared || logs.TimeFormat is not null ? LogLayout.Text : LogLayout.Verbatim,
                LogFormat.Json => LogLayout.Json,
                LogFormat.Logfmt => LogLayout.Logfmt,
                LogFormat.Delimiter => LogLayout.Delimiter,
                LogFormat.Console => LogLayout.Console,
            },
            Time = logs.TimeFormat,
            MaxLine = logs.MaxLineBytes,
            Rotation = logs.Rotation,
        };
        if (path != LogSpec.NoFile)
            return options;
        var most = logs.Ship ? Math.Min(logs.Buffer.SizeBytes, MostHidden) : UnshippedHidden;
        return options with
        {
            Path = Path.Combine(bufferFolder, $"{key.App}-{key.Index}.{(stderr ? "err" : "out")}.log"),
            Layout = LogLayout.Verbatim,
            Time = null,
            Rotation = new LogRotation { SizeBytes = most / HiddenFiles, Keep = HiddenFiles - 1, Compression = LogCompression.None, TotalBytes = long.MaxValue },
        };
    }

    private static StreamOptions Further(string path, InstanceKey key, LogSpec logs, bool errorsOnly)
    {
        var main = Main(path, key, stderr: false, logs, shared: true, bufferFolder: "");
        return main with { Copy = true, ErrorsOnly = errorsOnly };
    }
}
