using System.Globalization;
using System.Text;

namespace Pharos.Contracts.Text;

/// <summary><c>pharos list</c>: a table of instances that fits the terminal, and a line that sums it up.</summary>
public static class InstanceTable
{
    private const int SqueezedName = 12, EnoughForName = 24, SqueezedExit = 9;

    /// <summary>Renders the table.</summary>
    /// <param name="instances">In any order: those of one app come out together.</param>
    /// <param name="width">Columns of the terminal; 0: not a terminal, then nothing is cut and no boxes are drawn.</param>
    /// <param name="color">Whether colours are allowed.</param>
    /// <returns>Lines, each with its newline.</returns>
    public static string Render(IReadOnlyList<InstanceView> instances, int width, bool color)
    {
        if (instances.Count == 0)
        {
            return "No apps yet. To start one: pharos start SCRIPT --name NAME\n";
        }

        var sorted = new List<InstanceView>(instances);
        sorted.Sort(ByAppAndIndex);
        return Table(sorted, width, color) + Summary(sorted, width);
    }

    /// <summary>The table alone.</summary>
    internal static string Table(List<InstanceView> sorted, int width, bool color)
    {
        var named = sorted.Exists(it => it.Namespace != "default");
        var served = sorted.Exists(it => it.RequestsPerSecond is not null);
        var owned = sorted.Exists(it => it.User is not null);
        var ended = sorted.Exists(it => it.LastExit is not null || it.Error is not null);
        List<TableColumn> columns =
        [
            new("app", 100, Least: SqueezedName, Enough: EnoughForName),
            new("#", 90, Right: true),
            new("state", 95),
            new("pid", 40, Right: true),
            new("uptime", 60, Right: true),
            new("restarts", 50, Right: true),
            new("cpu", 80, Right: true),
            new("memory", 70, Right: true),
        ];
        if (served)
        {
            columns.Add(new("req/s", 65, Right: true));
            columns.Add(new("p95", 64, Right: true));
        }

        if (owned)
        {
            columns.Add(new("user", 20, Least: 8));
        }

        if (named)
        {
            columns.Add(new("namespace", 15, Least: 8));
        }

        if (ended)
        {
            columns.Add(new("last exit", 10, Least: SqueezedExit));
        }

        var rows = sorted.ConvertAll(it => Row(it, served, owned, named, ended));
        return TextTable.Render([.. columns], rows, width, color);
    }

    /// <summary>By app, then by slot.</summary>
    internal static int ByAppAndIndex(InstanceView a, InstanceView b)
    {
        var byApp = string.CompareOrdinal(a.App, b.App);
        return byApp != 0 ? byApp : a.Index - b.Index;
    }

    private static TableCell[] Row(InstanceView it, bool served, bool owned, bool named, bool ended)
    {
        List<TableCell> cells =
        [
            new(TerminalText.Clean(it.App)),
            new(it.Index.ToString(CultureInfo.InvariantCulture)),
            new(StateText.Long(it), StateText.Short(it), StateText.Color(it)),
            new(it.Pid?.ToString(CultureInfo.InvariantCulture) ?? "-"),
            new(it.UptimeSeconds is { } up ? Humanize.Uptime(up) : "-"),
            new(it.Restarts.ToString(CultureInfo.InvariantCulture)),
            new(it.CpuPercent is { } cpu ? Humanize.Percent(cpu) : "-"),
            new((it.TreeMemoryBytes ?? it.MemoryBytes) is { } memory ? Humanize.Bytes(memory) : "-"),
        ];
        if (served)
        {
            cells.Add(new(it.RequestsPerSecond is { } rate ? Rate(rate) : "-"));
            cells.Add(new(it.RequestP95Seconds is { } p95 ? Humanize.Duration(p95) : "-"));
        }

        if (owned)
        {
            cells.Add(new(TerminalText.Clean(it.User ?? "-")));
        }

        if (named)
        {
            cells.Add(new(TerminalText.Clean(it.Namespace)));
        }

        if (ended)
        {
            cells.Add(new(it.Error is { } error ? TerminalText.Clean(error) : StateText.Exit(it.LastExit)));
        }

        return [.. cells];
    }

    /// <summary>Requests per second, short.</summary>
    internal static string Rate(double perSecond) => perSecond.ToString(perSecond < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string Summary(List<InstanceView> sorted, int width)
    {
        var apps = 0;
        var states = new SortedDictionary<int, (string Word, int Count)>();
        var (cpu, memory) = (0d, 0L);
        for (var i = 0; i < sorted.Count; i++)
        {
            var it = sorted[i];
            apps += i == 0 || it.App != sorted[i - 1].App ? 1 : 0;
            var word = it is { State: "running", Readiness: "unready" } ? "unready" : it is { State: "stopped", NextRunAt: not null } ? "scheduled" : StateText.Words(it.State);
            states[Rank(word)] = (word, states.TryGetValue(Rank(word), out var seen) ? seen.Count + 1 : 1);
            cpu += it.CpuPercent ?? 0;
            memory += it.TreeMemoryBytes ?? it.MemoryBytes ?? 0;
        }

        var parts = new List<string> { $"{Humanize.Count(apps, "app")}, {Humanize.Count(sorted.Count, "instance")}:" };
        foreach (var (_, (word, count)) in states)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {word},"));
        }

        parts.Add($"cpu {Humanize.Percent(cpu)},");
        parts.Add($"memory {Humanize.Bytes(memory)}");
        return Wrap(parts, width);
    }

    // What goes well first, what needs a look last: the end of the line is where the eye is.
    private static int Rank(string word) => word switch
    {
        "running" => 0,
        "scheduled" => 1,
        "starting" => 2,
        "stopping" => 3,
        "stopped" => 4,
        "backing off" => 5,
        "unready" => 6,
        "failed" => 7,
        _ => 8,
    };

    private static string Wrap(List<string> parts, int width)
    {
        var text = new StringBuilder();
        var column = 0;
        foreach (var part in parts)
        {
            if (column > 0 && width > 0 && column + 1 + part.Length > width)
            {
                text.Append('\n');
                column = 0;
            }

            text.Append(column > 0 ? " " : "").Append(part);
            column += part.Length + (column > 0 ? 1 : 0);
        }

        return text.Append('\n').ToString();
    }
}
