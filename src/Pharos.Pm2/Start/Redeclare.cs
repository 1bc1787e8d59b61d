using System.Text.Json;
using System.Text.Json.Nodes;
using Pharos.Contracts;
using Pharos.Pm2.Commands;
using Pharos.Pm2.Processes;

namespace Pharos.Pm2.Start;

/// <summary>Declares an app that is there once more, with changes, and has it started anew.</summary>
internal static class Redeclare
{
    /// <summary>With what a line asks for over what was asked for before.</summary>
    /// <param name="it">The command.</param>
    /// <param name="process">One of its instances, with its environment.</param>
    /// <param name="instances">All of them.</param>
    /// <param name="asked">What the line asks for.</param>
    /// <param name="refresh">Whether the shell's environment is laid over the app's.</param>
    /// <returns>The exit code.</returns>
    public static int Run(Pm2Context it, Pm2Process process, IReadOnlyList<Pm2Process> instances, AppConf asked, bool refresh)
    {
        var conf = ConfOf(process);
        conf.Lay(asked);
        if (conf["instances"] is not null || instances.Count > 1)
            conf["instances"] = asked["instances"]?.DeepClone() ?? JsonValue.Create(instances.Count.ToString());
        var env = EnvOf(process);
        if (refresh)
        {
            foreach (var (name, value) in ShellEnvironment.Of(it, conf["filter_env"]))
                env[name] = value;
        }

        ShellEnvironment.LayConf(it, env, process.Name);
        return Apply(it, conf, env, process);
    }

    /// <summary>With a complete configuration and environment.</summary>
    public static int Apply(Pm2Context it, AppConf conf, Dictionary<string, string> env, Pm2Process process, string again = "/restart")
    {
        var declaration = Declaration.Of(it, conf, env, process.App.Name, process.Text("unique_id"), out var fault);
        if (declaration is null)
            return it.Fail(fault!);
        var request = new ApplyRequest { Apps = [declaration.Request with { Autostart = true }], Source = process.App.Source ?? Path.Combine(it.Home.Path, "dump.pm2"), Start = true };
        var answer = it.Daemon.Send("POST", "/v1/apply", JsonSerializer.SerializeToUtf8Bytes(request, ContractsJson.Default.ApplyRequest));
        if (!answer.IsOk)
            return it.Fail(Pm2Daemon.ErrorOf(answer));
        var change = JsonSerializer.Deserialize(answer.Body, ContractsJson.Default.PlanView) is { Apps: [var first, ..] } ? first : null;
        if (change?.Error is { } error)
            return it.Fail(error);
        if (change?.Action is not ("update" or "start"))
        {
            // Nothing differs, or the number only: it is to be started anew all the same.
            answer = it.Daemon.Send("POST", $"/v1/apps/{Uri.EscapeDataString(process.App.Name)}{again}");
            if (!answer.IsOk)
                return it.Fail(Pm2Daemon.ErrorOf(answer));
        }

        Readiness.Await(it, declaration);
        return Pm2Context.Ok;
    }

    /// <summary>Notes something of an app without touching it.</summary>
    public static void Note(Pm2Context it, Pm2Process process, AppConf conf, JsonObject options, int instances)
    {
        conf["instances"] = instances.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (Declaration.Of(it, conf, EnvOf(process), process.App.Name, process.Text("unique_id"), out _) is not { } declaration)
            return;
        var annotations = new Dictionary<string, string>(declaration.Request.Annotations, StringComparer.Ordinal) { [Pm2Annotations.Options] = options.ToJsonString() };
        var request = new ApplyRequest { Apps = [declaration.Request with { Annotations = annotations }], Source = process.App.Source ?? Path.Combine(it.Home.Path, "dump.pm2") };
        it.Daemon.Send("POST", "/v1/apply", JsonSerializer.SerializeToUtf8Bytes(request, ContractsJson.Default.ApplyRequest));
    }

    /// <summary>What was asked for when a process was declared.</summary>
    public static AppConf ConfOf(Pm2Process process)
    {
        var conf = process.App.Annotations.TryGetValue(Pm2Annotations.Conf, out var text) && JsonNode.Parse(text) is JsonObject noted ? AppConf.Of(noted) : new AppConf();
        conf["script"] ??= JsonValue.Create(process.Script);
        conf["cwd"] ??= JsonValue.Create(process.App.Cwd);
        conf["name"] ??= JsonValue.Create(process.Name);
        return conf;
    }

    /// <summary>The environment of a process, without what the face put into it.</summary>
    public static Dictionary<string, string> EnvOf(Pm2Process process)
    {
        var env = new Dictionary<string, string>(process.App.Env ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var name in Declaration.OwnVariables)
            env.Remove(name);
        return env;
    }
}
