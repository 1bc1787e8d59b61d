using Pharos.Pm2.Commands;
using Pharos.Pm2.Home;

namespace Pharos.Pm2.Start;

/// <summary>Where the output of an app goes, under PM2's names.</summary>
internal sealed class LogPaths
{
    /// <summary>A file that keeps nothing.</summary>
    public const string Nowhere = "/dev/null";

    /// <summary>Stands for the number of the process.</summary>
    public const string Number = "{number}";

    /// <param name="it">The command.</param>
    /// <param name="conf">What was asked for.</param>
    /// <param name="name">The app, as the user wrote it.</param>
    /// <param name="cwd">Its folder.</param>
    /// <param name="merge">One file for all instances.</param>
    public LogPaths(Pm2Context it, AppConf conf, string name, string cwd, bool merge)
    {
        var stem = Path.Combine(it.Home.Logs, Pm2Home.FileName(name));
        if (conf["log_file"] is { } log && !conf.Off("log_file"))
            Combined = conf.Flag("log_file") ? stem + ".log" : Given(it, log.ToString(), cwd);
        Out = conf.Flag("disable_logs") ? Nowhere : Numbered(Given(it, conf.Text("out_file"), cwd) ?? stem + "-out.log", merge);
        Err = conf.Flag("disable_logs") ? Nowhere : Numbered(Given(it, conf.Text("error_file"), cwd) ?? stem + "-error.log", merge);
        Combined = Combined is null ? null : Numbered(Combined, merge);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Combined is not null && Combined != Nowhere && !conf.Flag("disable_logs"))
            settings["file"] = Combined;
        if (merge)
            settings["merge"] = "true";
        if (conf.Flag("disable_logs"))
            settings["off"] = "true";
        if (conf.Text("log_type") == "json")
            settings["format"] = "json";
        if (conf.Text("log_date_format") is { Length: > 0 } format)
            settings["time"] = format;
        else if (conf.Flag("time"))
            settings["time"] = "true";
        Settings = settings;
    }

    /// <summary>Of stdout.</summary>
    public string Out { get; }

    /// <summary>Of stderr.</summary>
    public string Err { get; }

    /// <summary>Of both; null: not asked for.</summary>
    public string? Combined { get; }

    /// <summary>How they look, and who shares them.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    private static string? Given(Pm2Context it, string? path, string cwd)
    {
        if (string.IsNullOrEmpty(path))
            return null;
        if (path is "NULL" or Nowhere)
            return Nowhere;
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            path = (it.Variable("HOME") ?? "") + path[1..];
        var absolute = Path.GetFullPath(path, cwd);
        var folder = Path.GetDirectoryName(absolute)!;
        if (Directory.Exists(folder))
            return absolute;
        it.Warn($"Folder does not exist: {folder}");
        it.Tell($"Creating folder: {folder}");
        Directory.CreateDirectory(folder);
        return absolute;
    }

    private static string Numbered(string path, bool merge)
    {
        if (merge || path == Nowhere)
            return path;
        const string ending = ".log";
        return path.EndsWith(ending, StringComparison.Ordinal) ? $"{path[..^ending.Length]}-{Number}{ending}" : $"{path}-{Number}";
    }
}
