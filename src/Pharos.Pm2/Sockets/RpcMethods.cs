using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Pharos.Contracts.Client;
using Pharos.Core.Lifecycle;
using Pharos.Pm2.Processes;
using Pharos.Pm2.Shape;

namespace Pharos.Pm2.Sockets;

/// <summary>What PM2's client library calls, done through our control API. Names, arguments, answers and error texts are those that its users know.</summary>
internal sealed class RpcMethods : IRpcMethods, IDisposable
{
    private const int NotFound = 404;
    private static readonly TimeSpan SameWord = TimeSpan.FromSeconds(10);

    private readonly FaceOptions _options;
    private readonly Bus _bus;
    private readonly BusFeed _feed;
    private readonly RemoteApps _apps;
    private readonly Dictionary<string, Func<JsonArray, CancellationToken, Task<RpcResult>>> _methods;
    private readonly ConcurrentDictionary<(string App, string Word), (DateTimeOffset At, HashSet<int> Waiting)> _changed = new();
    private readonly ConcurrentDictionary<int, bool> _toQuit = new();
    private readonly SemaphoreSlim _changing = new(1); // one change of an app's settings at a time: clients send one for each of its processes

    public RpcMethods(FaceOptions options, Bus bus, BusFeed feed)
    {
        (_options, _bus, _feed) = (options, bus, feed);
        _apps = new RemoteApps(options);
        _methods = new(StringComparer.Ordinal)
        {
            ["prepare"] = PrepareAsync,
            ["getMonitorData"] = async (_, stop) => RpcResult.Of(await _apps.ShapesAsync(stop)),
            ["getSystemData"] = (_, _) => Task.FromResult(RpcResult.Of(new JsonObject())),
            ["startProcessId"] = StartAsync,
            ["stopProcessId"] = StopAsync,
            ["restartProcessId"] = (args, stop) => RenewAsync(args, "restart", stop),
            ["reloadProcessId"] = (args, stop) => RenewAsync(args, "reload", stop),
            ["softReloadProcessId"] = (args, stop) => RenewAsync(args, "reload", stop),
            ["deleteProcessId"] = DeleteAsync,
            ["duplicateProcessId"] = DuplicateAsync,
            ["resetMetaProcessId"] = ResetAsync,
            ["sendLineToStdin"] = SendLineAsync,
            ["stopWatch"] = (args, stop) => WatchAsync(args, false, stop),
            ["startWatch"] = (args, stop) => WatchAsync(args, true, stop),
            ["toggleWatch"] = (args, stop) => WatchAsync(args, null, stop),
            ["notifyByProcessId"] = NotifyAsync,
            ["notifyKillPM2"] = (_, _) => Task.FromResult(RpcResult.Of(null)),
            ["monitor"] = (args, stop) => MonitorAsync(args, true, stop),
            ["unmonitor"] = (args, stop) => MonitorAsync(args, false, stop),
            ["msgProcess"] = MessageAsync,
            ["sendDataToProcessId"] = SendDataAsync,
            ["sendSignalToProcessId"] = SignalIdAsync,
            ["sendSignalToProcessName"] = SignalNameAsync,
            ["ping"] = (_, _) => Task.FromResult(RpcResult.Of(new JsonObject { ["msg"] = "pong" })),
            ["getVersion"] = (_, _) => Task.FromResult(RpcResult.Of(Pm2Cli.Version)),
            ["getReport"] = ReportAsync,
            ["reloadLogs"] = ReloadLogsAsync,
            ["profileCPU"] = (_, _) => Task.FromResult(NoProfile),
            ["profileMEM"] = (_, _) => Task.FromResult(NoProfile),
            ["killMe"] = (_, _) => Task.FromResult(new RpcResult([], IsSilent: true)), // who asks is needed: CallAsync does it
        };
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _methods.Keys;

    /// <summary>Clients that wait to be told that the daemon is gone.</summary>
    public IEnumerable<int> ToQuit => _toQuit.Keys; // once each: a second SIGQUIT would end the client

    private static RpcResult NoProfile => RpcResult.Of(new JsonObject { ["error"] = "this daemon is no Node program: it has no V8 profile" });

    private PharosClient Client => _options.Client;

    /// <inheritdoc/>
    public async Task<RpcResult> CallAsync(string method, JsonArray args, Socket peer, CancellationToken stop)
    {
        try
        {
            await _feed.ReadyAsync(); // who listens hears of what is begun now
            return method == "killMe" ? await KillAsync(args, peer, stop) : await _methods[method](args, stop);
        }
        catch (PharosApiException e)
        {
            throw new RpcException(e.Message);
        }
    }

    private async Task<RpcResult> PrepareAsync(JsonArray args, CancellationToken stop)
    {
        var processes = await _apps.PrepareAsync(Object(args, 0), stop);
        var shapes = processes.ConvertAll(RemoteApps.Shape);
        foreach (var (process, shape) in processes.Zip(shapes).Where(p => p.First.Instance.Pid is not null))
            Tell("start", process, shape);
        return RpcResult.Of(new JsonArray([.. shapes]));
    }

    private async Task<RpcResult> StartAsync(JsonArray args, CancellationToken stop)
    {
        var process = await _apps.FindAsync(Id(args), $"{Id(args)} id unknown", stop);
        if (process.Status == StatusWord.Online)
            throw new RpcException("process already online");
        if (process.Status == StatusWord.Launching)
            throw new RpcException("process already started");
        await Client.Start(process.Selector, stop);
        return RpcResult.Of(await _apps.AgainAsync(process, stop));
    }

    private async Task<RpcResult> StopAsync(JsonArray args, CancellationToken stop)
    {
        var process = await _apps.FindAsync(Id(args), $"{Id(args)} : id unknown", stop);
        _feed.Expect(process.Number, "stop");
        await Client.Stop(process.Selector, stop);
        // As under PM2, what is stopped is not watched any more, also when it is started again.
        if (process.Watched && (await Client.Instances(process.App.Name, stop)).All(i => i.State == "stopped"))
            await _apps.ChangeAsync(process, new JsonObject { ["current_conf"] = new JsonObject { ["watch"] = false } }, start: false, stop);
        return RpcResult.Of(await _apps.AgainAsync(process, stop));
    }

    /// <summary>Restart and reload. A client sends one for each process of an app, with the same changes: the app is changed with the first.</summary>
    private async Task<RpcResult> RenewAsync(JsonArray args, string verb, CancellationToken stop)
    {
        var asked = Object(args, 0);
        if (asked["id"] is null)
            throw new RpcException($"opts.id not passed to {verb}ProcessId");
        var process = await _apps.FindAsync(asked["id"], "God db process id unknown", stop);
        _feed.Expect(process.Number, verb);
        if (!await ChangedAsync(process, asked["env"] as JsonObject, stop))
            await RenewOneAsync(process, verb, stop);
        return RpcResult.Of(await _apps.AgainAsync(process, stop));
    }

    private async Task<bool> ChangedAsync(Pm2Process process, JsonObject? asked, CancellationToken stop)
    {
        var key = (process.App.Name, NodeJson.Write(asked));
        await _changing.WaitAsync(stop);
        try
        {
            if (_changed.TryGetValue(key, out var word) && DateTimeOffset.UtcNow - word.At < SameWord && word.Waiting.Remove(process.Number))
                return true; // it was restarted with the first of them
            if (!await _apps.ChangeAsync(process, asked, start: true, stop))
                return false;
            _changed.Clear();
            _changed[key] = (DateTimeOffset.UtcNow, [.. process.App.Instances.Select(i => i.Number).Where(n => n != process.Number)]);
            return true;
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task RenewOneAsync(Pm2Process process, string verb, CancellationToken stop)
    {
        if (process.Status is not (StatusWord.Online or StatusWord.Launching))
        {
            await Client.Start(process.Selector, stop);
            return;
        }

        if (verb == "reload" && process.Mode == "cluster_mode")
        {
            await Client.Ask(HttpMethod.Post, $"v1/apps/{Uri.EscapeDataString(process.Selector)}/reload", null, stop);
            return;
        }

        await Client.Restart(process.Selector, stop);
    }

    private async Task<RpcResult> DeleteAsync(JsonArray args, CancellationToken stop)
    {
        var process = await _apps.FindAsync(Id(args), $"{Id(args)} : id unknown", stop);
        _feed.Expect(process.Number, "stop");
        await Client.Delete(process.Selector, stop);
        var shape = RemoteApps.Shape(process with { Instance = process.Instance with { State = "stopped", Pid = null } });
        Tell("delete", process, shape);
        return RpcResult.Of(shape);
    }

    private async Task<RpcResult> DuplicateAsync(JsonArray args, CancellationToken stop)
    {
        var process = await _apps.FindAsync(Id(args), $"{Id(args)} id unknown", stop);
        var twin = await _apps.DuplicateAsync(process, stop);
        var shape = RemoteApps.Shape(twin);
        Tell("start", twin, shape);
        return RpcResult.Of(shape);
    }

    private async Task<RpcResult> ResetAsync(JsonArray args, CancellationToken stop)
    {
        var process = await _apps.FindAsync(Id(args), $"{Id(args)} id unknown", stop);
        await Client.Reset(process.Selector, stop);
        return RpcResult.Of(await _apps.ShapesAsync(stop));
    }

    private async Task<RpcResult> SendLineAsync(JsonArray args, CancellationToken stop)
    {
        var packet = Object(args, 0);
        if (packet["pm_id"] is not { } id || packet["line"]?.ToString() is not { Length: > 0 } line)
            throw new RpcException("pm_id or line field missing");
        var process = await _apps.FindAsync(id, $"Process with ID <{id}> unknown.", stop);
        if (process.Mode == "cluster_mode")
            throw new RpcException("Cannot send line to processes in cluster mode");
        NeedOnline(process, id);
        await Client.Ask(HttpMethod.Post, $"v1/instances/{Uri.EscapeDataString(process.Selector)}/stdin", new ByteArrayContent(Encoding.UTF8.GetBytes(line)), stop);
        return RpcResult.Of(new JsonObject { ["pm_id"] = id.DeepClone(), ["line"] = line });
    }

    /// <summary>Watching goes with running: what is stopped is not watched, so a stop or a delete has nothing to do here.</summary>
    private async Task<RpcResult> WatchAsync(JsonArray args, bool? on, CancellationToken stop)
    {
        if (args.ElementAtOrDefault(0)?.ToString() is "restartProcessId" && await _apps.TryFindAsync((args.ElementAtOrDefault(1) as JsonObject)?["id"], stop) is { } process)
        {
            var watch = on ?? !process.Watched;
            if (watch != process.Watched)
                await _apps.ChangeAsync(process, new JsonObject { ["current_conf"] = new JsonObject { ["watch"] = watch } }, start: false, stop);
        }

        return RpcResult.Of(new JsonObject { ["success"] = true });
    }

    private async Task<RpcResult> NotifyAsync(JsonArray args, CancellationToken stop)
    {
        var asked = Object(args, 0);
        var process = await _apps.FindAsync(asked["id"], asked["id"] is null ? "process id missing" : "process id doesnt exists", stop);
        Tell(asked["action_name"]?.ToString() ?? "", process, RemoteApps.Shape(process), asked["manually"] is not null);
        return new RpcResult([]);
    }

    private async Task<RpcResult> MonitorAsync(JsonArray args, bool on, CancellationToken stop)
    {
        var process = await _apps.FindAsync(Id(args), "Unknown pm_id", stop);
        await _apps.NoteAsync(process, "_km_monitored", on, stop);
        return RpcResult.Of(new JsonObject { ["success"] = true, ["pm_id"] = process.Number });
    }

    /// <summary>An action of the app's: the answer comes over the bus.</summary>
    private async Task<RpcResult> MessageAsync(JsonArray args, CancellationToken stop)
    {
        var command = Object(args, 0);
        var action = command["msg"]?.ToString() ?? "";
        if (command["id"] is { } id)
        {
            var process = await _apps.FindAsync(id, $"{id} id unknown", stop);
            if (!Offers(process, action))
                throw new RpcException($"Action doesn't exist {action} for {process.Name}");
            if (process.Status is not (StatusWord.Online or StatusWord.Launching))
                throw new RpcException($"{id} : id offline");
            await SendAsync(process, command["opts"] is null && command["uuid"] is null ? action : command, stop);
            return RpcResult.Of(new JsonObject { ["process_count"] = 1, ["success"] = true });
        }

        if (command["name"]?.ToString() is not { } name)
            throw new RpcException("method requires name or id field");
        var meant = (await _apps.ListAsync(stop)).FindAll(p => Offers(p, action) && p.Status is StatusWord.Online or StatusWord.Launching
            && (name == "all" || p.Name == name || p.Namespace == name || Path.GetFileName(p.Script) == name));
        foreach (var process in meant)
            await SendAsync(process, command["opts"] is null ? action : command, stop);
        return RpcResult.Of(new JsonObject { ["process_count"] = meant.Count, ["success"] = true });
    }

    private async Task<RpcResult> SendDataAsync(JsonArray args, CancellationToken stop)
    {
        var packet = Object(args, 0);
        if (packet["id"] is not { } id || !packet.ContainsKey("data") || string.IsNullOrEmpty(packet["topic"]?.ToString()))
            throw new RpcException("ID, DATA or TOPIC field is missing");
        var process = await _apps.FindAsync(id, $"Process with ID <{id}> unknown.", stop);
        NeedOnline(process, id);
        await SendAsync(process, packet, stop);
        return RpcResult.Of(new JsonObject { ["success"] = true, ["data"] = packet.DeepClone() });
    }

    private async Task<RpcResult> SignalIdAsync(JsonArray args, CancellationToken stop)
    {
        var asked = Object(args, 0);
        var process = await _apps.FindAsync(asked["process_id"], $"{asked["process_id"]} id unknown", stop);
        await SignalAsync([process], asked["signal"], stop);
        return RpcResult.Of(await _apps.ShapesAsync(stop));
    }

    private async Task<RpcResult> SignalNameAsync(JsonArray args, CancellationToken stop)
    {
        var asked = Object(args, 0);
        var name = asked["process_name"]?.ToString();
        var processes = (await _apps.ListAsync(stop)).FindAll(p => p.Name == name || p.Script == name);
        if (processes.Count == 0)
            throw new RpcException("Unknown process name");
        await SignalAsync(processes.FindAll(p => p.Status is StatusWord.Online or StatusWord.Launching), asked["signal"], stop);
        return RpcResult.Of(await _apps.ShapesAsync(stop));
    }

    private async Task SignalAsync(List<Pm2Process> processes, JsonNode? signal, CancellationToken stop)
    {
        if (!SignalNames.TryParse(signal?.ToString() ?? "", out var number))
            throw new RpcException("Error when sending signal (signal unknown)");
        foreach (var process in processes)
            await Client.Signal(process.Selector, number.ToString(CultureInfo.InvariantCulture), stop);
    }

    private async Task<RpcResult> ReportAsync(JsonArray args, CancellationToken stop)
    {
        var daemon = await Client.Daemon(stop);
        return RpcResult.Of(new JsonObject
        {
            ["pm2_version"] = Pm2Cli.Version,
            ["pharos_version"] = daemon.Version,
            ["node_version"] = "N/A",
            ["node_path"] = Environment.ProcessPath,
            ["argv0"] = "pharos",
            ["argv"] = new JsonArray([.. Environment.GetCommandLineArgs().Select(a => (JsonNode)a)]),
            ["user"] = Environment.UserName,
            ["uid"] = "N/A",
            ["gid"] = "N/A",
            ["env"] = new JsonObject(), // values may be secrets, and a report is sent around
            ["managed_apps"] = daemon.Instances,
            ["started_at"] = daemon.StartedAt.ToUnixTimeMilliseconds(),
        });
    }

    private async Task<RpcResult> ReloadLogsAsync(JsonArray args, CancellationToken stop)
    {
        try
        {
            await Client.Ask(HttpMethod.Post, "v1/logs/reopen", null, stop);
        }
        catch (PharosApiException e) when (e.Problem.Status == NotFound)
        {
            // Without apps there is no log to open anew.
        }

        return RpcResult.Of(new JsonObject());
    }

    /// <summary>Nothing is answered: the client is told by a signal that the daemon is gone, and only the one that asks for itself.</summary>
    private async Task<RpcResult> KillAsync(JsonArray args, Socket peer, CancellationToken stop)
    {
        if (args.ElementAtOrDefault(0) is JsonObject asked && int.TryParse(asked["pid"]?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid == _options.PidOf(peer))
            _toQuit[pid] = true;
        await Client.Shutdown(keepApps: false, stop);
        return new RpcResult([], IsSilent: true);
    }

    private Task SendAsync(Pm2Process process, JsonNode message, CancellationToken stop) =>
        Client.Ask(HttpMethod.Post, $"v1/instances/{Uri.EscapeDataString(process.Selector)}/message", new StringContent(NodeJson.Write(message), Encoding.UTF8, "application/json"), stop);

    private void Tell(string name, Pm2Process process, JsonObject shape, bool manually = true)
    {
        var env = ProcessShape.EnvOf(process.App with { Env = null }, process.Instance, mask: true);
        if (shape["pm2_env"]?["status"] is { } status)
            env["status"] = status.DeepClone();
        _bus.Publish(BusEvents.Topic, BusEvents.Of(name, manually, env, DateTimeOffset.UtcNow));
    }

    private static bool Offers(Pm2Process process, string action) =>
        RemoteApps.Shape(process)["pm2_env"]?["axm_actions"] is JsonArray actions && actions.Any(a => a?["action_name"]?.ToString() == action);

    private static void NeedOnline(Pm2Process process, JsonNode id)
    {
        if (process.Status is not (StatusWord.Online or StatusWord.Launching))
            throw new RpcException($"Process with ID <{id}> offline.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _changing.Dispose();
        _apps.Dispose();
    }

    private static JsonNode? Id(JsonArray args) => args.ElementAtOrDefault(0) is JsonObject map && map.TryGetPropertyValue("id", out var id) ? id : args.ElementAtOrDefault(0);

    private static JsonObject Object(JsonArray args, int index) =>
        args.ElementAtOrDefault(index) as JsonObject ?? throw new RpcException("an object is expected as argument " + (index + 1).ToString(CultureInfo.InvariantCulture));
}
