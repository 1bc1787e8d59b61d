using System.Text.Json;
using System.Text.Json.Nodes;
using Pharos.Pm2.Commands;

namespace Pharos.Pm2.Start;

/// <summary>The environment of an app: the whole shell's, what the file says over it, and the values of <c>pm2 set</c> on top.</summary>
internal static class ShellEnvironment
{
    // What a command that is typed inside a supervised app has from that app alone.
    private static readonly string[] OfTheAppAround =
    [
        "name", "namespace", "pm_exec_path", "pm_cwd", "exec_mode", "unique_id", "pm_id", "NODE_APP_INSTANCE", "NODE_UNIQUE_ID", "pm2_env", "NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE",
        "PHAROS_APP", "PHAROS_INSTANCE_INDEX", "TRACEPARENT", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "NOTIFY_SOCKET", "status", "restart_time", "PYTHONUNBUFFERED",
    ];

    private static readonly string[] OfTheCommand = ["PM2_SILENT", "PM2_PROGRAMMATIC", "PM2_USAGE", "PM2_JSON_PROCESSING"];

    /// <summary>The shell's part.</summary>
    public static Dictionary<string, string> Of(Pm2Context it, JsonNode? filter)
    {
        var inside = it.Variable("pm_id") is not null;
        var env = new Dictionary<string, string>(StringComparer.Ordinal);
        if (filter is JsonValue all && (all.GetValueKind() == JsonValueKind.True || all.ToString() == "true"))
        {
            // PM2 means this and does nothing. What is needed to find programs stays.
            foreach (var name in (string[])["PATH", "HOME", "USER", "LANG", "TZ"])
            {
                if (it.Host.Variables.TryGetValue(name, out var needed))
                    env[name] = needed;
            }

            return env;
        }

        List<string> holding = filter is JsonArray several ? [.. several.Where(f => f is not null).Select(f => f!.ToString())] : [];
        var one = filter is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.ToString() : null;
        foreach (var (name, value) in it.Host.Variables)
        {
            if (name == one || holding.Exists(name.Contains) || (inside && OfTheAppAround.Contains(name)) || OfTheCommand.Contains(name))
                continue;
            env[name] = value;
        }

        return env;
    }

    /// <summary>Lays variables over an environment; <c>null</c> takes one away, an object becomes JSON.</summary>
    public static void Lay(Dictionary<string, string> env, JsonObject? variables)
    {
        foreach (var (name, value) in variables ?? [])
        {
            if (value is null || value.GetValueKind() == JsonValueKind.Null || (value is JsonValue && value.ToString() == "null"))
                env.Remove(name);
            else
                env[name] = value is JsonValue ? value.ToString() : value.ToJsonString();
        }
    }

    /// <summary>Lays the values of <c>pm2 set NAME.KEY</c> over the environment of an app.</summary>
    public static void LayConf(Pm2Context it, Dictionary<string, string> env, string name)
    {
        if (ConfStore.Read(it.Home.Conf)[name] is not JsonObject values)
            return;
        Lay(env, values);
        env[name] = values.ToJsonString();
    }
}
