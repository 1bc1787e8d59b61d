using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pharos.Contracts;
using Pharos.Contracts.Client;
using Pharos.Pm2.Commands;
using Pharos.Pm2.Line;
using Pharos.Pm2.Processes;
using Pharos.Pm2.Shape;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Sockets;

/// <summary>The daemon's apps as a client of the request socket sees them: processes with numbers, declared and changed in PM2's terms.</summary>
internal sealed partial class RemoteApps(FaceOptions options) : IDisposable
{
    private const int MostNames = 50;
    private const int DefaultReadyLimit = 3000;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(30);

    private readonly SemaphoreSlim _declaring = new(1);
    private readonly NodeVersions _versions = new(options.AskVersion);

    private PharosClient Client => options.Client;

    /// <summary>All processes, with the values of their environments.</summary>
    public async Task<List<Pm2Process>> ListAsync(CancellationToken stop)
    {
        List<Pm2Process> list = [];
        foreach (var app in await Client.Apps(withEnv: true, stop))
        {
            var version = await _versions.OfAsync(app.Interpreter, stop);
            list.AddRange(app.Instances.Select(i => With(Pm2Process.Of(app, i), version)));
        }

        return [.. list.OrderBy(p => p.Number)];
    }

    /// <summary>All processes in PM2's shape.</summary>
    public async Task<JsonArray> ShapesAsync(CancellationToken stop) => new([.. (await ListAsync(stop)).Select(p => (JsonNode)Shape(p))]);

    private static Pm2Process With(Pm2Process process, string? nodeVersion)
    {
        if (nodeVersion is not null)
            process.Options["node_version"] = nodeVersion;
        return process;
    }

    /// <summary>A process in PM2's shape. Values are as they are: who asks can change them and give them back.</summary>
    public static JsonObject Shape(Pm2Process process)
    {
        var shape = ProcessShape.Of(process.App with { Env = Declaration.Shown(process.App.Env) }, process.Instance, mask: false);
        if (process.Options["node_version"] is { } version)
            shape["pm2_env"]!["node_version"] = version.DeepClone();
        shape["process"] = new JsonObject { ["pid"] = process.Instance.Pid ?? 0 };
        return shape;
    }

    /// <summary>Finds a process.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="unknown">What is said when there is none.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<Pm2Process> FindAsync(JsonNode? id, string unknown, CancellationToken stop) =>
        await TryFindAsync(id, stop) ?? throw new RpcException(unknown);

    /// <summary>Finds a process; null when there is none.</summary>
    public async Task<Pm2Process?> TryFindAsync(JsonNode? id, CancellationToken stop) =>
        int.TryParse(id?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (await ListAsync(stop)).Find(p => p.Number == number) : null;

    /// <summary>The process as it is now.</summary>
    public async Task<JsonObject> AgainAsync(Pm2Process process, CancellationToken stop)
    {
        var app = await Client.Ask(HttpMethod.Get, $"v1/apps/{Uri.EscapeDataString(process.App.Name)}?env=1", null, stop);
        var view = System.Text.Json.JsonSerializer.Deserialize(app, ContractsJson.Default.AppView)!;
        return view.Instances.FirstOrDefault(i => i.Index == process.Instance.Index) is { } it
            ? Shape(With(Pm2Process.Of(view, it), await _versions.OfAsync(view.Interpreter, stop)))
            : Shape(process);
    }

    /// <summary>Declares an app that a client has prepared, and starts it.</summary>
    /// <param name="entry">Its <c>pm2_env</c>.</param>
    /// <param name="stop">Gives up waiting.</param>
    /// <returns>Its processes.</returns>
    public async Task<List<Pm2Process>> PrepareAsync(JsonObject entry, CancellationToken stop)
    {
        var (conf, env) = Dumped.Of(entry, InstancesOf(entry["instances"]));
        if (entry["instances"] is not null)
            conf["instances"] = InstancesOf(entry["instances"]).ToString(CultureInfo.InvariantCulture);
        if (entry["pm_pid_path"]?.ToString() is { } pid)
            conf["pid_file"] = PidNumber().Replace(pid, $"-{LogPaths.Number}.pid");
        if (entry["exec_mode"] is { } mode)
            conf["exec_mode"] = mode.ToString();
        if (entry["status"]?.ToString() == StatusWord.Stopped)
            conf["autostart"] = false;
        var declaration = Declaration.Of(Command(), conf, env, null, null, out var fault) ?? throw new RpcException(fault!);
        var request = AsWritten(declaration, entry);
        await _declaring.WaitAsync(stop); // who asks first has the lower number
        string name;
        try
        {
            name = await DeclareAsync(request, stop);
        }
        finally
        {
            _declaring.Release();
        }

        await AwaitReadyAsync(declaration, name, stop);
        return [.. (await ListAsync(stop)).Where(p => p.App.Name == name)];
    }

    /// <summary>Lays what a client asks for over what an app was declared with.</summary>
    /// <param name="process">One of its processes.</param>
    /// <param name="asked">Variables, and settings under <c>current_conf</c>; null: nothing.</param>
    /// <param name="start">Whether a change restarts the app.</param>
    /// <param name="stop">Gives up waiting.</param>
    /// <returns>True when something differed, and the app has been restarted for it where <paramref name="start"/> says so.</returns>
    public async Task<bool> ChangeAsync(Pm2Process process, JsonObject? asked, bool start, CancellationToken stop)
    {
        var conf = Redeclare.ConfOf(process);
        var env = Redeclare.EnvOf(process);
        var current = asked?["current_conf"] as JsonObject;
        if (current?.DeepClone() is JsonObject settings)
        {
            var variables = settings["env"] as JsonObject;
            settings.Remove("env");
            foreach (var name in settings.Where(s => s.Value is JsonValue value && value.ToString() == "null").Select(s => s.Key).ToList())
            {
                conf.Remove(name);
                settings.Remove(name);
            }

            conf.Lay(AppConf.Of(settings));
            ShellEnvironment.Lay(env, variables?.DeepClone() as JsonObject);
        }

        ShellEnvironment.Lay(env, new JsonObject([.. (asked ?? []).Where(a => a.Key is not ("current_conf" or "unique_id")).Select(a => KeyValuePair.Create(a.Key, a.Value?.DeepClone()))]));
        var count = process.App.Instances.Count;
        if (conf["instances"] is not null || count > 1)
            conf["instances"] = count.ToString(CultureInfo.InvariantCulture);
        var declaration = Declaration.Of(Command(), conf, env, process.App.Name, process.Text("unique_id"), out var fault) ?? throw new RpcException(fault!);
        return await ApplyAsync(process, declaration.Request with { Autostart = true }, start, stop);
    }

    /// <summary>One more instance.</summary>
    public async Task<Pm2Process> DuplicateAsync(Pm2Process process, CancellationToken stop)
    {
        var conf = Redeclare.ConfOf(process);
        conf["instances"] = (process.App.Instances.Count + 1).ToString(CultureInfo.InvariantCulture);
        var declaration = Declaration.Of(Command(), conf, Redeclare.EnvOf(process), process.App.Name, process.Text("unique_id"), out var fault) ?? throw new RpcException(fault!);
        await ApplyAsync(process, declaration.Request, start: true, stop);
        await AwaitReadyAsync(declaration, process.App.Name, stop);
        return (await ListAsync(stop)).FindLast(p => p.App.Name == process.App.Name)!;
    }

    /// <summary>Notes something of an app without touching it.</summary>
    public async Task NoteAsync(Pm2Process process, string option, bool value, CancellationToken stop)
    {
        var noted = (JsonObject)process.Options.DeepClone();
        noted[option] = value;
        var conf = Redeclare.ConfOf(process);
        conf["instances"] = process.App.Instances.Count.ToString(CultureInfo.InvariantCulture);
        var declaration = Declaration.Of(Command(), conf, Redeclare.EnvOf(process), process.App.Name, process.Text("unique_id"), out var fault) ?? throw new RpcException(fault!);
        var annotations = new Dictionary<string, string>(declaration.Request.Annotations, StringComparer.Ordinal) { [Pm2Annotations.Options] = NodeJson.Write(noted) };
        await ApplyAsync(process, declaration.Request with { Annotations = annotations }, start: false, stop);
    }

    /// <summary>What a client wrote in several ways is shown as it wrote it.</summary>
    private static StartRequest AsWritten(Declaration declaration, JsonObject entry)
    {
        var noted = (JsonObject)declaration.Options.DeepClone();
        foreach (var name in (string[])["cwd", "uid", "gid"])
        {
            if (entry[name] is { } written)
                noted[name] = written.DeepClone();
        }

        return declaration.Request with { Annotations = new Dictionary<string, string>(declaration.Request.Annotations, StringComparer.Ordinal) { [Pm2Annotations.Options] = NodeJson.Write(noted) } };
    }

    private async Task<string> DeclareAsync(StartRequest request, CancellationToken stop)
    {
        var taken = (await ListAsync(stop)).Select(p => p.App.Name).ToHashSet();
        foreach (var name in Enumerable.Range(1, MostNames).Select(n => n == 1 ? request.Name! : $"{request.Name}-{n.ToString(CultureInfo.InvariantCulture)}").Where(n => !taken.Contains(n)))
        {
            try
            {
                await Client.Start(request with { Name = name }, stop);
                return name;
            }
            catch (PharosApiException e) when (e.Problem.Title == "conflict" && e.Message.Contains("exists already", StringComparison.Ordinal))
            {
                // Somebody else took the name meanwhile.
            }
        }

        throw new RpcException($"no name is left for another '{request.Name}'");
    }

    private async Task<bool> ApplyAsync(Pm2Process process, StartRequest request, bool start, CancellationToken stop)
    {
        var source = process.App.Source ?? options.Home.Dump;
        var plan = await Client.Apply(new ApplyRequest { Apps = [request], Source = source, Start = start }, stop);
        if (plan.Apps is not [var change, ..])
            return false;
        if (change.Error is { } error)
            throw new RpcException(error);
        return change.Action is "update" or "create";
    }

    private async Task AwaitReadyAsync(Declaration declaration, string name, CancellationToken stop)
    {
        if (declaration.Request.Ready is null)
            return;
        var limit = TimeSpan.FromMilliseconds(declaration.Options["listen_timeout"] is { } asked && double.TryParse(asked.ToString(), CultureInfo.InvariantCulture, out var given) ? given : DefaultReadyLimit);
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < limit)
        {
            if ((await Client.Instances(name, stop)).All(i => i.Readiness == "ready" || i.State is not ("starting" or "running")))
                return;
            await Task.Delay(Step, stop);
        }
    }

    // name.pid, name-3.pid: PM2 puts the number of each process there.
    [GeneratedRegex(@"(-\d+)?\.pid$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PidNumber();

    /// <inheritdoc/>
    public void Dispose() => _declaring.Dispose();

    private Pm2Context Command() => new(new QuietHost(options.Variables), Pm2Line.Read([]), options.Home);

    private static int InstancesOf(JsonNode? instances)
    {
        var processors = Environment.ProcessorCount;
        if (instances is null)
            return 1;
        return !int.TryParse(instances.ToString(), CultureInfo.InvariantCulture, out var number) || number == 0 ? processors : number > 0 ? number : Math.Max(1, processors + number);
    }
}
