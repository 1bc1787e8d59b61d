using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pharos.Pm2.Start;

/// <summary>From a <c>pm2_env</c> of a saved list, ours or PM2's own, to what was asked for once.</summary>
internal static partial class Dumped
{
    // What the environment of an entry holds and was put there for one process.
    private static readonly string[] Runtime = ["status", "pm_uptime", "created_at", "restart_time", "unstable_restarts", "exit_code", "pm_id", "NODE_APP_INSTANCE", "axm_actions", "axm_monitor", "axm_options", "axm_dynamic"];

    /// <summary>Reads one.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="instances">How many there are of it.</param>
    public static (AppConf Conf, Dictionary<string, string> Env) Of(JsonObject entry, int instances)
    {
        var conf = AppConf.Of(new JsonObject([.. entry.Where(e => e.Value is not null && e.Key is not "env" && !Runtime.Contains(e.Key)).Select(e => KeyValuePair.Create(e.Key, e.Value?.DeepClone()))]));
        conf["script"] = entry["pm_exec_path"]?.ToString() ?? "";
        conf["cwd"] = entry["pm_cwd"]?.ToString() ?? "/";
        var merged = conf.Flag("merge_logs");
        conf["out_file"] = Path(entry["pm_out_log_path"], merged);
        conf["error_file"] = Path(entry["pm_err_log_path"], merged);
        if (entry["pm_log_path"] is { } combined)
            conf["log_file"] = Path(combined, merged);
        conf.Remove("pid_file");
        if (instances > 1 || conf.Text("exec_mode") == "cluster_mode")
            conf["instances"] = instances.ToString(CultureInfo.InvariantCulture);
        else
            conf.Remove("instances");
        conf["merge_logs"] = merged;
        var env = new Dictionary<string, string>(StringComparer.Ordinal);
        ShellEnvironment.Lay(env, entry["env"] as JsonObject);
        foreach (var name in Declaration.OwnVariables)
            env.Remove(name);
        return (conf, env);
    }

    private static string? Path(JsonNode? path, bool merged) =>
        path is null ? null : merged ? path.ToString() : Number().Replace(path.ToString(), "${ending}");

    // name-out-3.log: the number is of a process that is no more.
    [GeneratedRegex(@"-\d+(?<ending>\.log)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
