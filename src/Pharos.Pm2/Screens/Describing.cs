using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pharos.Pm2.Processes;

namespace Pharos.Pm2.Screens;

/// <summary>Everything about one process.</summary>
internal static class Describing
{
    /// <summary>Draws it.</summary>
    /// <param name="p">The process.</param>
    /// <param name="environment">The shell's environment: what differs from it is shown.</param>
    /// <param name="color">Whether in colours.</param>
    public static string Draw(Pm2Process p, IReadOnlyDictionary<string, string> environment, bool color)
    {
        var table = new BoxTable(color);
        void Row(string name, string? value)
        {
            if (value is not null)
                table.Row(name, value);
        }

        Row("status", p.Status);
        Row("name", p.Name);
        Row("namespace", p.Namespace);
        Row("version", p.Version);
        Row("restarts", p.Instance.Restarts.ToString(CultureInfo.InvariantCulture));
        Row("max memory restart", p.App.MaxMemoryBytes is { } limit ? Pm2Text.Bytes(limit) : null);
        Row("cron restart", p.App.Cron);
        Row("uptime", p.Status == "online" ? Pm2Text.Since(p.Instance.UptimeSeconds) : "0");
        Row("script path", p.Script);
        Row("script args", p.Options["args"] is JsonArray args && args.Count > 0 ? string.Join(' ', args.Select(a => a?.ToString())) : "N/A");
        Row("error log path", p.Instance.ErrLog);
        Row("out log path", p.Instance.OutLog);
        Row("entire log path", p.Text("pm_log_path"));
        Row("pid path", p.Instance.PidFile ?? "N/A");
        Row("interpreter", p.Text("exec_interpreter") ?? p.App.Interpreter ?? "none");
        Row("interpreter args", p.Options["node_args"] is JsonArray own && own.Count > 0 ? string.Join(' ', own.Select(a => a?.ToString())) : "N/A");
        Row("script id", p.Number.ToString(CultureInfo.InvariantCulture));
        Row("exec cwd", p.App.Cwd);
        Row("exec mode", p.Mode);
        Row("node.js version", p.Text("node_version") ?? "N/A");
        Row("node env", p.App.Env?.GetValueOrDefault("NODE_ENV") ?? "N/A");
        Row("watch & reload", p.Watched ? "✔" : "✘");
        Row("unstable restarts", p.Instance.Crashes.ToString(CultureInfo.InvariantCulture));
        Row("created at", (p.Instance.CreatedAt ?? p.App.CreatedAt).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        Row("last exit", p.Instance.LastExit is { } exit ? $"{exit.Reason}{(exit.Code is { } code ? $", code {code}" : "")}{(exit.SignalName is { } signal ? $", {signal}" : "")}" : null);
        var text = new StringBuilder($" Describing process with id {p.Number} - name {p.Name} \n").Append(table.Draw((i, cell) => i == 0 ? 36 : Word(cell)));
        var divergent = Divergent(p, environment);
        if (divergent.Count > 0)
        {
            var env = new BoxTable(color);
            foreach (var (name, value) in divergent)
                env.Row(name, value);
            text.Append(" Divergent env variables from local env \n").Append(env.Draw((i, _) => i == 0 ? 36 : 0));
        }

        return text.Append($"\n Add your own code metrics: OpenTelemetry's API and SDK in the app, its destination is set\n Use `pm2 logs {p.Name} [--lines 1000]` to display logs\n Use `pm2 env {p.Number}` to display environment variables\n Use `pm2 monit` to monitor CPU and Memory usage {p.Name}\n").ToString();

        static int Word(string cell) => cell is "online" or "✔" ? 32 : cell is "errored" or "stopped" or "✘" ? 31 : 0;
    }

    private static List<(string, string)> Divergent(Pm2Process p, IReadOnlyDictionary<string, string> environment)
    {
        string[] shown = ["PWD", "OLDPWD", "SHLVL", "PATH", "NODE_ENV", "LANG", "USER", "HOME", "SSH_CLIENT", "SSH_TTY", "XDG_SESSION_ID"];
        return [.. (p.App.Env ?? new Dictionary<string, string>())
            .Where(v => Array.IndexOf(shown, v.Key) >= 0 && environment.TryGetValue(v.Key, out var here) && here != v.Value)
            .Select(v => (v.Key, v.Value))];
    }
}
