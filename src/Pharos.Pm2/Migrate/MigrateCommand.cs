using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pharos.Contracts;
using Pharos.Pm2.Commands;
using Pharos.Pm2.Home;
using Pharos.Pm2.Host;
using Pharos.Pm2.Line;
using Pharos.Pm2.Processes;
using Pharos.Pm2.Shape;
using Pharos.Pm2.Sockets;

namespace Pharos.Pm2.Migrate;

/// <summary>
/// <c>pharos migrate</c>: takes the apps of a PM2 over, one by one: stops one there, starts it here, sees that it is up, and otherwise starts it there again.
/// What they become is behind the pm2 links of the same PM2_HOME.
/// </summary>
internal sealed class MigrateCommand
{
    private const int Ok = 0, Failed = 1, Usage = 2;
    private static readonly TimeSpan UpWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SteadyFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly IPm2Host _host;
    private readonly Pm2Context _it;
    private readonly bool _json;
    private readonly bool _dryRun;
    private readonly string? _file;

    private MigrateCommand(IPm2Host host, Pm2Context it, string? file, bool dryRun, bool json) => (_host, _it, _file, _dryRun, _json) = (host, it, file, dryRun, json);

    /// <summary>Runs it.</summary>
    /// <param name="args">The line behind the verb.</param>
    /// <param name="host">The process around it.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> args, IPm2Host host)
    {
        string? file = null, home = null;
        var (dryRun, json) = (false, false);
        for (var i = 0; i < args.Count; i++)
        {
            var value = args[i].Contains('=') ? args[i][(args[i].IndexOf('=') + 1)..] : i + 1 < args.Count ? args[i + 1] : null;
            switch (args[i].Split('=')[0])
            {
                case "--dry-run":
                    dryRun = true;
                    break;
                case "--json":
                    json = true;
                    break;
                case "--from" when value is not null:
                    (file, i) = (Path.GetFullPath(value, host.Cwd), args[i].Contains('=') ? i : i + 1);
                    break;
                case "--pm2-home" when value is not null:
                    (home, i) = (value, args[i].Contains('=') ? i : i + 1);
                    break;
                default:
                    host.PrintError($"pharos: unknown option '{args[i]}' for 'migrate': it takes --dry-run, --json, --from DUMP and --pm2-home FOLDER\n");
                    return Usage;
            }
        }

        string? Variable(string name) => host.Variables.TryGetValue(name, out var text) && text.Length > 0 ? text : null;
        var it = new Pm2Context(host, Pm2Line.Read([]), home is null ? Pm2Home.Find(Variable, host.Cwd) : Pm2Home.At(home, Variable, host.Cwd)) { Silent = true };
        try
        {
            return new MigrateCommand(host, it, file, dryRun, json).Run();
        }
        catch (RpcException e)
        {
            return Fail(host, e.Message);
        }
        catch (DaemonRefusedException e)
        {
            return Fail(host, e.Message);
        }
    }

    private int Run()
    {
        using var live = _file is null ? Pm2Rpc.Connect(_it.Home.RpcSocket) : null;
        List<JsonObject> processes;
        string source;
        if (live is not null)
        {
            if ((live.Call("getReport", new JsonObject()) as JsonObject)?.ContainsKey("pharos_version") == true)
                return Fail(_host, $"{_it.Home.Path} is served by pharos already: there is no PM2 to take apps over from");
            source = $"the PM2 that runs in {_it.Home.Path}";
            processes = [.. ((live.Call("getMonitorData", new JsonObject()) as JsonArray) ?? []).Select(p => p?["pm2_env"]?.DeepClone()).OfType<JsonObject>()];
        }
        else
        {
            source = _file ?? _it.Home.Dump;
            if (DumpFile.Read(source, out var fault) is not { } saved)
                return Fail(_host, fault ?? (_file is null ? $"no PM2 answers on {_it.Home.RpcSocket}, and there is no {source}: nothing to take over" : $"{source} is not there"));
            processes = [.. saved.Select(p => (JsonObject)p.DeepClone())];
        }

        var apps = MigratedApp.Of(_it, processes);
        if (!_dryRun && apps.Exists(a => a.Declaration is not null))
        {
            if (_it.Daemon.Ensure() is { } refused)
                return Fail(_host, refused);
            foreach (var app in apps.Where(a => a.Declaration is not null))
                TakeOver(app, live);
        }

        var ended = !_dryRun && live is not null && apps.TrueForAll(a => a.Outcome is "taken over");
        if (ended)
            live!.Tell("killMe", new JsonObject { ["pid"] = 0 }); // its list is empty of what runs; our sockets take the place of its own
        _host.Print(_json
            ? NodeJson.Write(new JsonObject { ["source"] = source, ["dryRun"] = _dryRun, ["pm2Ended"] = ended, ["apps"] = new JsonArray([.. apps.Select(a => (JsonNode)a.ToJson())]) }) + "\n"
            : MigrateText.Of(source, apps, _dryRun, live is not null, ended));
        return apps.TrueForAll(a => a.Outcome is "planned" or "taken over") ? Ok : Failed;
    }

    private void TakeOver(MigratedApp app, Pm2Rpc? live)
    {
        List<int> stopped = [];
        try
        {
            foreach (var number in live is null ? [] : app.Running)
            {
                live!.Call("stopProcessId", number);
                stopped.Add(number);
            }

            if (Start(app, out var name) is { } fault)
            {
                app.Error = fault;
                if (name is not null)
                    _it.Daemon.Send("DELETE", $"/v1/apps/{Uri.EscapeDataString(name)}");
                BackThere(app, live, stopped);
                return;
            }

            app.Outcome = "taken over";
        }
        catch (RpcException e)
        {
            app.Error = e.Message;
            BackThere(app, live, stopped);
        }
    }

    private static void BackThere(MigratedApp app, Pm2Rpc? live, List<int> stopped)
    {
        app.Outcome = "failed";
        try
        {
            foreach (var number in stopped)
                live!.Call("restartProcessId", new JsonObject { ["id"] = number });
            app.Outcome = live is null ? "failed" : "rolled back";
        }
        catch (RpcException e)
        {
            app.Error += $"; and it could not be started there again: {e.Message}";
        }
    }

    /// <summary>Starts it here.</summary>
    /// <returns>Null when it is up, else why not.</returns>
    private string? Start(MigratedApp app, out string? name)
    {
        name = null;
        var taken = _it.Daemon.List();
        if (taken.Exists(p => p.Name == app.Name))
            return $"there is an app '{app.Name}' here already: 'pm2 delete {app.Name}' it first";
        var request = app.Declaration!.Request;
        for (var n = 2; taken.Exists(p => p.App.Name == request.Name); n++)
            request = app.Declaration.Request with { Name = $"{app.Declaration.Request.Name}-{n.ToString(CultureInfo.InvariantCulture)}" };
        var answer = _it.Daemon.Send("POST", "/v1/apps", JsonSerializer.SerializeToUtf8Bytes(request, ContractsJson.Default.StartRequest));
        if (!answer.IsOk)
            return Pm2Daemon.ErrorOf(answer);
        name = request.Name!;
        return request.Autostart == false ? null : AwaitUp(name);
    }

    /// <summary>Up is who runs, and goes on with the same process for a moment; with readiness of its own, who is ready.</summary>
    private string? AwaitUp(string name)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = _it.Daemon.Send("GET", $"/v1/instances?app={Uri.EscapeDataString(name)}");
            if (!answer.IsOk)
                return Pm2Daemon.ErrorOf(answer);
            var instances = JsonSerializer.Deserialize(answer.Body, ContractsJson.Default.InstanceViewArray) ?? [];
            if (instances.FirstOrDefault(i => i.State is "failed" or "backing_off" or "stopped" || i.Restarts > 0) is { } bad)
                return $"it does not stay up here: {bad.App}:{bad.Index} is {bad.State}{(bad.LastExit is { } exit ? $", last exit {exit.Reason}{(exit.Code is { } code ? $" {code}" : "")}" : "")}{(bad.LastExit?.LastLines is [.., var line] ? $": {line}" : "")}";
            if (instances.Length > 0 && instances.All(i => i is { State: "running", Readiness: "ready" } && i.UptimeSeconds >= SteadyFor.TotalSeconds))
                return null;
            if (Stopwatch.GetElapsedTime(begun) > UpWithin)
                return instances.FirstOrDefault(i => i.Readiness != "ready") is { } slow ? $"it was not ready within {UpWithin.TotalSeconds} s{(slow.ReadinessReason is { } why ? $": {why}" : "")}" : "it was not up in time";
            if (_host.WaitForEnd(Step))
                return "interrupted";
        }
    }

    private static int Fail(IPm2Host host, string line)
    {
        host.PrintError($"pharos: {line}\n");
        return Failed;
    }
}
