using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pharos.Contracts;
using Pharos.Pm2.Processes;

namespace Pharos.Pm2.Commands;

/// <summary>logs: the last lines of each, then what comes.</summary>
internal static class LogsCommand
{
    private const string DefaultLines = "15", Json = "application/x-ndjson";

    /// <summary>Runs it.</summary>
    public static int Run(Pm2Context it)
    {
        var asked = it.Line.Value("--lines") ?? DefaultLines;
        if (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var lines))
            return it.Fail($"'{asked}' is not a number of lines");
        var word = it.Line.Words.FirstOrDefault() ?? "all";
        var list = it.Daemon.List();
        var chosen = word == "all" ? list : Targets.Find(list, word, it.Host.Cwd, out _, out _);
        if (word != "all" && chosen.Count == 0 && word != "PM2")
            return it.Fail($"Process or Namespace {word} not found");
        var format = LogFormat.Of(it, chosen);
        if (lines > 0)
            Past(it, word, chosen, lines, format);
        return it.Line.Has("--nostream") ? Pm2Context.Ok : Live(it, word, chosen, format);
    }

    /// <summary>Follows everything, behind another command.</summary>
    public static int Attach(Pm2Context it) => Live(it, "all", it.Daemon.List(), LogFormat.Of(it, it.Daemon.List()));

    private static void Past(Pm2Context it, string word, IReadOnlyList<Pm2Process> chosen, int lines, LogFormat format)
    {
        if (format.IsForPeople)
            it.Print($"[TAILING] Tailing last {lines} lines for [{word}] process{(word == "all" ? "es" : "")} (change the value with --lines option)\n");
        if (word is "all" or "PM2")
            Own(it, lines, format);
        foreach (var process in chosen)
        {
            foreach (var error in Streams(it))
            {
                var path = error ? process.Instance.ErrLog : process.Instance.OutLog;
                List<string> last = [];
                it.Host.Follow(it.Home.State, $"/v1/logs?app={Uri.EscapeDataString(process.Selector)}&stream={(error ? "err" : "out")}&lines={lines}&follow=0", Json, line =>
                {
                    last.Add(line);
                    return true;
                });
                if (format.IsForPeople && path != Start.LogPaths.Nowhere)
                    it.Print($"{path} last {lines} lines:\n");
                foreach (var line in last)
                    Show(it, line, format);
                if (format.IsForPeople && path != Start.LogPaths.Nowhere)
                    it.Print("\n");
            }
        }
    }

    private static void Own(Pm2Context it, int lines, LogFormat format)
    {
        try
        {
            if (!format.IsForPeople || !File.Exists(it.Home.LogFile))
                return;
            it.Print($"{it.Home.LogFile} last {lines} lines:\n");
            foreach (var line in File.ReadLines(it.Home.LogFile).TakeLast(lines))
                it.Print($"PM2        | {line}\n");
            it.Print("\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            it.Warn($"cannot read {it.Home.LogFile}: {e.Message}");
        }
    }

    private static int Live(Pm2Context it, string word, IReadOnlyList<Pm2Process> chosen, LogFormat format)
    {
        // All are followed and the others passed over: an app of the namespace that is started meanwhile belongs to it.
        var known = chosen.ToDictionary(p => p.Selector, p => (Process: p, Wanted: true));
        var stream = it.Line.Has("--err") ? "&stream=err" : it.Line.Has("--out") ? "&stream=out" : "";
        var status = it.Host.Follow(it.Home.State, $"/v1/logs?app=all&lines=0&follow=1{stream}", Json, text =>
        {
            if (JsonSerializer.Deserialize(text, ContractsJson.Default.LogLineView) is not { } line)
                return true;
            var selector = $"{line.App}:{line.Index}";
            if (!known.TryGetValue(selector, out var of))
            {
                var now = it.Daemon.List();
                var wanted = word == "all" ? now : Targets.Find(now, word, it.Host.Cwd, out _, out _);
                foreach (var process in now)
                    known[process.Selector] = (process, wanted.Contains(process));
                if (!known.TryGetValue(selector, out of))
                    return true;
            }

            if (of.Wanted)
                it.Print(format.Line(of.Process, line));
            return true;
        });
        return status is >= 200 and < 300 or 0 ? Pm2Context.Ok : it.Fail($"the daemon answered {status}");
    }

    private static void Show(Pm2Context it, string text, LogFormat format)
    {
        if (JsonSerializer.Deserialize(text, ContractsJson.Default.LogLineView) is { } line && format.Find(line) is { } process)
            it.Print(format.Line(process, line));
    }

    private static IEnumerable<bool> Streams(Pm2Context it)
    {
        if (!it.Line.Has("--err"))
            yield return false;
        if (!it.Line.Has("--out"))
            yield return true;
    }
}

/// <summary>How a line of output is shown.</summary>
internal sealed class LogFormat
{
    private readonly IReadOnlyList<Pm2Process> _list;
    private readonly string _kind;
    private readonly bool _color;
    private readonly string? _time;
    private readonly string? _highlight;
    private readonly int _width;

    private LogFormat(IReadOnlyList<Pm2Process> list, string kind, bool color, string? time, string? highlight)
    {
        (_list, _kind, _color, _time, _highlight) = (list, kind, color, time, highlight);
        _width = list.Select(p => p.Name.Length + p.Number.ToString(CultureInfo.InvariantCulture).Length + 1).DefaultIfEmpty(0).Max();
    }

    /// <summary>Headings are for people; programs get lines only.</summary>
    public bool IsForPeople => _kind == "";

    /// <summary>As the line asks.</summary>
    public static LogFormat Of(Pm2Context it, IReadOnlyList<Pm2Process> list) => new(
        list,
        it.Line.Has("--json") ? "json" : it.Line.Has("--format") ? "format" : it.Line.Has("--raw") ? "raw" : "",
        it.Color,
        it.Line.Has("--timestamp") ? it.Line.Value("--timestamp") ?? "YYYY-MM-DD-HH:mm:ss" : null,
        it.Line.Value("--highlight"));

    /// <summary>The process that a line is of.</summary>
    public Pm2Process? Find(LogLineView line) => _list.FirstOrDefault(p => p.Instance.App == line.App && p.Instance.Index == line.Index);

    /// <summary>The line, with its end.</summary>
    public string Line(Pm2Process process, LogLineView line)
    {
        var error = line.Stream == "stderr";
        var at = (line.At ?? DateTimeOffset.Now).ToLocalTime();
        switch (_kind)
        {
            case "raw":
                return line.Line + "\n";
            case "json":
                return new JsonObject
                {
                    ["message"] = line.Line,
                    ["timestamp"] = at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                    ["type"] = error ? "err" : "out",
                    ["process_id"] = process.Number,
                    ["app_name"] = process.Name,
                }.ToJsonString() + "\n";
            case "format":
                return $"timestamp={DayFormat.Write(at, "YYYY-MM-DD-HH:mm:ssZ")} app={process.Name} id={process.Number} type={(error ? "error" : "out")} message={line.Line}\n";
            default:
                var text = new StringBuilder();
                if (_time is not null)
                    text.Append(DayFormat.Write(at, _time)).Append(": ");
                var head = $"{process.Number}|{process.Name}".PadRight(_width);
                text.Append(_color ? $"\x1b[{(error ? 31 : 32)}m{head} | \x1b[39m" : $"{head} | ");
                return text.Append(_highlight is { Length: > 0 } h && _color ? line.Line.Replace(h, $"\x1b[7m{h}\x1b[27m") : line.Line).Append('\n').ToString();
        }
    }
}
