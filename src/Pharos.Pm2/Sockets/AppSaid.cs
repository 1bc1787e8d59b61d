using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Sockets;

/// <summary>What an app said over its channel, as PM2's bus shows it.</summary>
internal static class AppSaid
{
    // What PM2 keeps for itself; the output of a cluster worker comes from its files with us.
    private static readonly string[] Inner = ["axm:action", "axm:monitor", "axm:option:configuration", "axm:option:setPID", "log:out", "log:err"];

    /// <summary>Publishes it under its own type, or as <c>process:msg</c>.</summary>
    /// <param name="bus">Where.</param>
    /// <param name="message">What was said.</param>
    /// <param name="process"><c>{pm_id, name, namespace}</c>.</param>
    public static void Publish(Bus bus, JsonNode? message, JsonObject process)
    {
        var at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        if (message is JsonObject typed && IsTrue(typed["type"]) && IsTrue(typed["data"]))
        {
            var topic = typed["type"]!.ToString();
            if (!Inner.Contains(topic))
                bus.Publish(topic, new JsonObject { ["at"] = at, ["data"] = typed["data"]!.DeepClone(), ["process"] = process });
        }
        else if (message is not JsonObject { } said || !said.ContainsKey("node_version"))
        {
            bus.Publish("process:msg", new JsonObject { ["at"] = at, ["raw"] = message, ["process"] = process });
        }
    }

    /// <summary>As JavaScript sees it.</summary>
    private static bool IsTrue(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null or JsonValueKind.False or JsonValueKind.Undefined => false,
        JsonValueKind.String => value.ToString().Length > 0,
        JsonValueKind.Number => value.ToJsonString() is not ("0" or "-0"),
        _ => true,
    };
}
