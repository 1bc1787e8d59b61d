using System.Text.Json.Nodes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>deploy: a script of ours over ssh and git, on each host of an environment of the file.</summary>
internal static class DeployCommand
{
    private static readonly string[] Candidates = ["ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.config.mjs", "ecosystem.json", "ecosystem.yml", "ecosystem.yaml", "package.json"];
    private static readonly string[] Required = ["host", "repo", "path", "ref"];

    public static int Run(Pm2Context it)
    {
        List<string> words = [.. it.Line.Words];
        var file = words.Count > 0 && AppFile.IsOne(words[0]) ? words[0] : Array.Find(Candidates, c => File.Exists(it.Absolute(c)));
        if (words.Count > 0 && words[0] == file)
            words.RemoveAt(0);
        if (file is null)
            return it.Fail("Not any default deployment file exists, please use pm2 deploy FILE ENVIRONMENT COMMAND");
        if (words.Count == 0)
            return it.Fail("an environment is missing: pm2 deploy [FILE] ENVIRONMENT [setup|update|revert [N]|current|previous|exec COMMAND|list|REF]");
        if (AppFile.Read(it, file, out var fault) is not { } read)
            return it.Fail(fault!);
        var environment = words[0];
        if (read.Deploy?[environment] is not JsonObject target)
            return it.Fail($"{environment} environment is not defined in {file} file");
        if (Array.Find(Required, k => target[k] is null) is { } missing)
            return it.Fail($"deploy.{environment}.{missing} is missing in {file}");
        var worst = Pm2Context.Ok;
        foreach (var host in Texts(target["host"]))
        {
            it.Say($"--> Deploying to {environment} environment\n--> on host {host}");
            worst = Math.Max(worst, On(it, host, target, environment, file, [.. words.Skip(1)]));
        }

        it.Say(worst == Pm2Context.Ok ? "--> Success" : "--> Deploy failed");
        return worst;
    }

    private static int On(Pm2Context it, string host, JsonObject target, string environment, string file, IReadOnlyList<string> command)
    {
        string? Text(string key) => target[key] is JsonValue value ? value.ToString() : null;
        List<string> ssh = ["ssh"];
        foreach (var option in Texts(target["ssh_options"]))
            ssh.AddRange(["-o", option]);
        if (Text("port") is { } port)
            ssh.AddRange(["-p", port]);
        if (Text("key") is { } key)
            ssh.AddRange(["-i", key]);
        if (Text("forward-agent") == "yes")
            ssh.Add("-A");
        if (Text("needs_tty") == "yes")
            ssh.Add("-t");
        ssh.Add(Text("user") is { } user ? $"{user}@{host}" : host);
        var script = typeof(DeployCommand).Assembly.GetManifestResourceStream("deploy.sh")!;
        using var reader = new StreamReader(script);
        var exports = string.Concat((target["env"] as JsonObject ?? []).Select(v => $"export {v.Key}={Quote(v.Value?.ToString() ?? "")}\n"));
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DEPLOY_SSH"] = string.Join(' ', ssh.Select(Quote)),
            ["DEPLOY_EXPORTS"] = exports,
            ["DEPLOY_PATH"] = Text("path")!,
            ["DEPLOY_REPO"] = Text("repo")!,
            ["DEPLOY_REF"] = Text("ref")!,
            ["DEPLOY_FAST"] = Text("fetch") == "fast" ? "1" : "",
            ["DEPLOY_FORCE"] = it.Line.Has("--force") ? "1" : "",
            ["DEPLOY_PRE_SETUP"] = Text("pre-setup") ?? "",
            ["DEPLOY_POST_SETUP"] = Text("post-setup") ?? "",
            ["DEPLOY_PRE_LOCAL"] = Text("pre-deploy-local") ?? "",
            ["DEPLOY_PRE"] = Text("pre-deploy") ?? "",
            ["DEPLOY_POST"] = Text("post-deploy") ?? $"pm2 startOrRestart {Quote(file)} --env {Quote(environment)}",
        };
        return it.Host.Run(["sh", "-c", reader.ReadToEnd(), "deploy", .. command.Count > 0 ? command : ["update"]], variables) == 0 ? Pm2Context.Ok : Pm2Context.Failed;
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonArray several => several.Where(h => h is not null).Select(h => h!.ToString()),
        null => [],
        _ => [node.ToString()],
    };

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''")}'";
}
