using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pharos.TestKit;

namespace Pharos.Benchmarks.Table;

/// <summary>What was measured last of each line: <c>artifacts/bench-table.json</c>, and the table in <c>docs/performance.md</c> that is made of it.</summary>
internal sealed class TableFile
{
    private const string Begin = "<!-- table: begin -->", End = "<!-- table: end -->";
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };
    private static readonly string LoadAverage = File.ReadAllText("/proc/loadavg").Split(' ')[0];
    private readonly Dictionary<string, Entry> _lines;

    private TableFile(Dictionary<string, Entry> lines) => _lines = lines;

    private static string Path => Repository.PathOf("artifacts", "bench-table.json");

    public static TableFile Load()
    {
        var lines = File.Exists(Path) ? JsonSerializer.Deserialize<Dictionary<string, Entry>>(File.ReadAllText(Path)) : null;
        return new(lines ?? []);
    }

    public void Set(string line, IReadOnlyList<Row> rows) => _lines[line] = new(DateTime.UtcNow.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture), LoadAverage, rows);

    public IReadOnlyList<Row> RowsOf(string line) => _lines.TryGetValue(line, out var entry) ? entry.Rows : [];

    /// <summary>Writes both.</summary>
    /// <param name="order">Names of all lines.</param>
    public void Save(IEnumerable<string> order)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, JsonSerializer.Serialize(_lines, Options) + "\n");
        var document = Repository.PathOf("docs", "performance.md");
        var text = File.ReadAllText(document);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
            throw new CannotMeasureException($"{document} has no place for the table: {Begin} and {End}");
        File.WriteAllText(document, text[..(begin + Begin.Length)] + "\n" + Markdown(order) + text[end..]);
        Console.Error.WriteLine($"bench: written to {Path} and {document}");
    }

    private string Markdown(IEnumerable<string> order)
    {
        var text = new StringBuilder();
        var measured = order.Where(_lines.ContainsKey).Select(name => _lines[name]).ToList();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Machine()}. Measured {string.Join("; ", measured.Select(e => e.At.Split(',')[0]).Distinct())} (UTC), load average before it {string.Join(", ", measured.Select(e => e.LoadBefore).Distinct())}.");
        text.AppendLine("A figure is the median of its rounds, and in brackets the least and the most.").AppendLine();
        text.AppendLine("| measure | Pharos | PM2 | beside it | ratio | to reach | |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (var row in measured.SelectMany(e => e.Rows))
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Measure} | {row.Pharos} | {row.Pm2} | {row.Floor} | {row.Ratio} | {row.Target} | {TableVerb.Word(row)} |");
        return text.ToString();
    }

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        return $"{Environment.ProcessorCount} cores ({model}), Linux {Said("uname", "-r")}, Node {Said("node", "--version").TrimStart('v')}, PM2 {Pm2Version()}";
    }

    private static string Pm2Version()
    {
        var package = Repository.PathOf("artifacts", "pm2", "node_modules", "pm2", "package.json");
        if (!File.Exists(package))
            return "-";
        using var json = JsonDocument.Parse(File.ReadAllText(package));
        return json.RootElement.GetProperty("version").GetString()!;
    }

    private static string Said(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(program, [argument]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return text;
    }

    /// <summary>A line as it was measured last.</summary>
    internal sealed record Entry(string At, string LoadBefore, IReadOnlyList<Row> Rows);
}
