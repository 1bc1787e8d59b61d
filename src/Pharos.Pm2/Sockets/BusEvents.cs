using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pharos.Contracts;
using Pharos.Contracts.Client;
using Pharos.Pm2.Processes;
using Pharos.Pm2.Shape;

namespace Pharos.Pm2.Sockets;

/// <summary>From changes of instances to PM2's <c>process:event</c>.</summary>
internal sealed class BusEvents(PharosClient client)
{
    /// <summary>The topic.</summary>
    public const string Topic = "process:event";

    private readonly ConcurrentDictionary<string, AppView> _apps = new(StringComparer.Ordinal);

    /// <summary>What PM2 calls a change, and whether somebody asked for it.</summary>
    public static IEnumerable<(string Name, bool Manually)> NamesOf(EventView e)
    {
        switch (e.Name)
        {
            case "pharos.instance.started":
                yield return ("online", false);
                break;
            case "pharos.instance.restart_scheduled" when e.Instance.LastRestartReason is "manual" or "deploy":
                yield return ("restart", true);
                break;
            case "pharos.instance.restart_scheduled" when e.Instance.LastRestartReason is "reload":
                yield return ("reload", true);
                break;
            case "pharos.instance.gave_up" when e.Instance.Failure == "crash_loop":
                yield return ("restart overlimit", false);
                break;
            case "pharos.instance.state" when e.Instance.State == "stopped" && e.Instance.LastExit?.Reason is "stop_requested" or "stop_timeout_kill":
                yield return ("stop", true);
                break;
        }
    }

    /// <summary>The event.</summary>
    /// <returns>Null when its app is not known any more.</returns>
    public async Task<JsonObject?> OfAsync(EventView e, string name, bool manually, CancellationToken stop)
    {
        if (e.Name == "pharos.instance.started")
            _apps.TryRemove(e.Instance.App, out _); // its settings may be others by now
        return await AppAsync(e.Instance.App, stop) is { } app ? Of(name, manually, ProcessShape.EnvOf(app, e.Instance, mask: true), e.At) : null;
    }

    /// <summary>The event.</summary>
    /// <param name="name">PM2's name of it.</param>
    /// <param name="manually">Somebody asked for it.</param>
    /// <param name="process"><c>pm2_env</c>.</param>
    /// <param name="at">When.</param>
    public static JsonObject Of(string name, bool manually, JsonObject process, DateTimeOffset at) => new()
    {
        ["event"] = name,
        ["manually"] = manually,
        ["process"] = process,
        ["at"] = at.ToUnixTimeMilliseconds(),
    };

    /// <summary>Whose line or message it is.</summary>
    /// <returns><c>{pm_id, name, namespace}</c>; null when it is not known any more.</returns>
    public async Task<JsonObject?> NameOfAsync(string app, int index, CancellationToken stop)
    {
        var known = await AppAsync(app, stop);
        if (known is not null && !known.Instances.Any(i => i.Index == index))
        {
            _apps.TryRemove(app, out _);
            known = await AppAsync(app, stop);
        }

        return known?.Instances.FirstOrDefault(i => i.Index == index) is { } it
            ? new JsonObject { ["pm_id"] = it.Number, ["name"] = Pm2Process.Of(known, it).Name, ["namespace"] = known.Namespace }
            : null;
    }

    private async Task<AppView?> AppAsync(string name, CancellationToken stop)
    {
        if (_apps.TryGetValue(name, out var known))
            return known;
        try
        {
            return _apps[name] = await client.App(name, stop);
        }
        catch (PharosApiException)
        {
            return null; // deleted meanwhile
        }
    }
}
