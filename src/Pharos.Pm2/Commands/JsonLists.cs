using System.Text.Json.Nodes;
using Pharos.Pm2.Shape;

namespace Pharos.Pm2.Commands;

/// <summary>jlist and prettylist: the list for programs. Values of variables that are secrets by their names are masked.</summary>
internal static class JsonLists
{
    public static int Json(Pm2Context it)
    {
        it.Print(NodeJson.Write(Shapes(it)) + "\n");
        return Pm2Context.Ok;
    }

    public static int Pretty(Pm2Context it)
    {
        it.Print(NodeInspect.Write(Shapes(it)) + "\n");
        return Pm2Context.Ok;
    }

    /// <summary>A value as node shows it.</summary>
    public static string Inspect(JsonNode value) => NodeInspect.Write(value);

    private static JsonArray Shapes(Pm2Context it)
    {
        it.Silent = true; // whoever reads this expects nothing else, not even that a daemon was started
        return ProcessShape.OfAll(it.Daemon.Apps(withEnv: true), mask: true);
    }
}
