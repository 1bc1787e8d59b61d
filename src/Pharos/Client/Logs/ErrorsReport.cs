using System.Globalization;
using System.Text;
using System.Text.Json;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Logs.History;

namespace Pharos.Client.Logs;

/// <summary>logs errors: the kinds of errors of a range.</summary>
internal static class ErrorsReport
{
    /// <summary>Reads the range and prints it.</summary>
    public static void Print(LogHistory history, LogsOrder order, Shell shell)
    {
        var groups = new ErrorGroups(order.ErrorLevel);
        foreach (var line in history.Read())
        {
            groups.Add(line);
        }

        List<ErrorGroup> wanted = [.. groups.Groups.Where(g => order.ErrorGrep?.IsMatch(g.Example) != false)];
        if (order.Json)
        {
            foreach (var group in wanted)
            {
                var view = new LogErrorView
                {
                    App = group.App,
                    Severity = group.Severity,
                    Fingerprint = group.Fingerprint,
                    Count = group.Count,
                    FirstAt = At(group.FirstUnixNanos),
                    LastAt = At(group.LastUnixNanos),
                    LastIndex = group.LastIndex,
                    Example = group.Example,
                    TraceId = group.TraceId,
                };
                shell.Print(JsonSerializer.Serialize(view, ContractsJson.Default.LogErrorView) + "\n");
            }

            return;
        }

        shell.Print(Text(wanted, groups.Others, order.Color));
    }

    private static string Text(List<ErrorGroup> groups, long others, bool color)
    {
        if (groups.Count == 0)
        {
            return "no errors\n";
        }

        var text = new StringBuilder();
        foreach (var group in groups)
        {
            var count = group.Count.ToString("N0", CultureInfo.InvariantCulture) + "x";
            text.Append(Sgr.Paint(count, Sgr.Red, color)).Append(' ').Append(Sgr.Paint(TerminalText.Clean(group.App), LogLinePrefix.ColorOf(group.App), color))
                .Append(CultureInfo.InvariantCulture, $" {TerminalText.Clean(group.Fingerprint)}\n")
                .Append(CultureInfo.InvariantCulture, $"   first {Time(group.FirstUnixNanos)}, last {Time(group.LastUnixNanos)} in {TerminalText.Clean(group.App)}:{group.LastIndex}")
                .Append(group.TraceId is null ? "" : $", trace {group.TraceId}").Append('\n');
            foreach (var line in group.Example.Split('\n'))
            {
                text.Append(Sgr.Paint("   │ " + TerminalText.Clean(line), Sgr.Dim, color)).Append('\n');
            }
        }

        if (others > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"and {others:N0} more of further kinds\n");
        }

        return text.ToString();
    }

    private static string Time(long unixNanos) => At(unixNanos).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static DateTimeOffset At(long unixNanos) => DateTimeOffset.UnixEpoch.AddTicks(unixNanos / 100);
}
