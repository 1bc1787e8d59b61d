using System.Text.Json.Nodes;
using Pharos.Contracts;
using Pharos.Pm2.Shape;

namespace Pharos.Pm2.Processes;

/// <summary>One instance as PM2 sees it: a process with a number and a name.</summary>
/// <param name="App">Its app.</param>
/// <param name="Instance">The instance.</param>
/// <param name="Options">What the face noted of it.</param>
internal sealed record Pm2Process(AppView App, InstanceView Instance, JsonObject Options)
{
    /// <summary><c>pm_id</c>.</summary>
    public int Number => Instance.Number;

    /// <summary>Name as the user wrote it.</summary>
    public string Name => Text("name") ?? App.Name;

    /// <summary>Namespace.</summary>
    public string Namespace => App.Namespace;

    /// <summary>What our API calls it.</summary>
    public string Selector => $"{Instance.App}:{Instance.Index}";

    /// <summary>PM2's word for its state.</summary>
    public string Status => StatusWord.Of(Instance, Flag("wait_ready"));

    /// <summary>fork_mode or cluster_mode.</summary>
    public string Mode => Text("exec_mode") ?? "fork_mode";

    /// <summary>The script, absolute.</summary>
    public string Script => Text("pm_exec_path") ?? Path.GetFullPath(App.Script, App.Cwd);

    /// <summary>Whether it is an npm module and no app.</summary>
    public bool IsModule => Flag("pmx_module");

    /// <summary>Whether its files are watched.</summary>
    public bool Watched => App.Watch.Count > 0;

    /// <summary>Version of the app.</summary>
    public string Version => Text("version") ?? App.Version ?? "N/A";

    /// <summary>User that it runs as.</summary>
    public string User => Instance.User ?? Text("username") ?? "";

    /// <summary>An option as text.</summary>
    public string? Text(string key) => Options[key] is JsonValue value ? value.ToString() : null;

    /// <summary>An option that is true.</summary>
    public bool Flag(string key) => Options[key] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    /// <summary>Reads it.</summary>
    public static Pm2Process Of(AppView app, InstanceView instance)
    {
        var options = app.Annotations.TryGetValue(Pm2Annotations.Options, out var text) && JsonNode.Parse(text) is JsonObject noted ? noted : [];
        return new(app, instance, options);
    }
}
