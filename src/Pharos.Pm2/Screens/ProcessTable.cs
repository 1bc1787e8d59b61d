using System.Globalization;
using Pharos.Pm2.Processes;

namespace Pharos.Pm2.Screens;

/// <summary>The list, in the form that fits: full, condensed, mini; modules in a table of their own.</summary>
internal static class ProcessTable
{
    private const int LongestName = 40;
    private static readonly string[] Full = ["id", "name", "namespace", "version", "mode", "pid", "uptime", "↺", "status", "cpu", "mem", "user", "watching"];
    private static readonly string[] Condensed = ["id", "name", "mode", "↺", "status", "cpu", "memory"];
    private static readonly string[] Mini = ["id", "name", "status", "cpu", "mem"];

    /// <summary>Draws it.</summary>
    /// <param name="list">The processes.</param>
    /// <param name="sort">FIELD or FIELD:asc, FIELD:desc; null: by name.</param>
    /// <param name="width">Columns of the terminal; 0: none, everything is shown.</param>
    /// <param name="color">Whether in colours.</param>
    public static string Draw(IReadOnlyList<Pm2Process> list, string? sort, int width, bool color)
    {
        var apps = Sorted(list.Where(p => !p.IsModule), sort).ToList();
        var text = "";
        foreach (var columns in (string[][])[Full, Condensed, Mini])
        {
            var table = new BoxTable(color);
            table.Head(columns);
            foreach (var process in apps)
                table.Row([.. columns.Select(c => Cell(process, c))]);
            text = table.Draw((i, cell) => columns[i] switch { "id" or "name" => 1 + 35, "status" => Pm2Text.Color(cell), _ => 0 });
            if (width == 0 || table.Width <= width)
                break;
        }

        var modules = list.Where(p => p.IsModule).ToList();
        return modules.Count == 0 ? text : text + "Module\n" + Modules(modules, color);
    }

    /// <summary>Blocks of lines instead of a table, <c>-m</c>.</summary>
    public static string Blocks(IReadOnlyList<Pm2Process> list) => string.Concat(list.Select(p => $"""
        +--- {p.Name}
        namespace : {p.Namespace}
        version : {p.Version}
        pid : {p.Instance.Pid ?? 0}
        pm2 id : {p.Number}
        status : {p.Status}
        mode : {p.Mode.Replace("_mode", "")}
        restarted : {p.Instance.Restarts}
        uptime : {(p.Status == "online" ? Pm2Text.Since(p.Instance.UptimeSeconds) : "0")}
        memory usage : {Pm2Text.Bytes(p.Instance.MemoryBytes ?? 0)}
        error log : {p.Instance.ErrLog}
        watching : {(p.Watched ? "yes" : "no")}
        PID file : {p.Instance.PidFile}


        """));

    private static string Modules(List<Pm2Process> modules, bool color)
    {
        var table = new BoxTable(color);
        table.Head("id", "module", "version", "pid", "status", "↺", "cpu", "mem", "user");
        foreach (var process in modules)
            table.Row(Cell(process, "id"), Cell(process, "name"), process.Version, Cell(process, "pid"), process.Status, Cell(process, "↺"), Cell(process, "cpu"), Cell(process, "mem"), process.User);
        return table.Draw((i, cell) => i == 4 ? Pm2Text.Color(cell) : 0);
    }

    private static string Cell(Pm2Process p, string column) => column switch
    {
        "id" => p.Number.ToString(CultureInfo.InvariantCulture),
        "name" => p.Name.Length > LongestName ? p.Name[..(LongestName - 1)] + "…" : p.Name,
        "namespace" => p.Namespace,
        "version" => p.Version,
        "mode" => p.Mode.Replace("_mode", ""),
        "pid" => (p.Instance.Pid ?? 0).ToString(CultureInfo.InvariantCulture),
        "uptime" => p.Status == "online" ? Pm2Text.Since(p.Instance.UptimeSeconds) : "0",
        "↺" => p.Instance.Restarts.ToString(CultureInfo.InvariantCulture),
        "status" => p.Status,
        "cpu" => Pm2Text.Percent(p.Instance.CpuPercent),
        "mem" or "memory" => Pm2Text.Bytes(p.Instance.MemoryBytes ?? 0),
        "user" => p.User,
        "watching" => p.Watched ? "enabled" : "disabled",
        _ => "",
    };

    private static IEnumerable<Pm2Process> Sorted(IEnumerable<Pm2Process> list, string? sort)
    {
        var parts = (sort ?? "name:asc").Split(':');
        var ordered = parts[0] switch
        {
            "id" or "pm_id" => list.OrderBy(p => p.Number),
            "pid" => list.OrderBy(p => p.Instance.Pid ?? 0),
            "cpu" => list.OrderBy(p => p.Instance.CpuPercent ?? 0),
            "memory" or "mem" => list.OrderBy(p => p.Instance.MemoryBytes ?? 0),
            "uptime" => list.OrderBy(p => p.Instance.UptimeSeconds ?? 0),
            "status" => list.OrderBy(p => p.Status, StringComparer.Ordinal),
            "namespace" => list.OrderBy(p => p.Namespace, StringComparer.Ordinal),
            _ => list.OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase),
        };
        var all = ordered.ThenBy(p => p.Number);
        return parts.Length > 1 && parts[1] == "desc" ? all.Reverse() : all;
    }
}
