using System.Globalization;

namespace Pharos.Contracts.Text;

/// <summary>The answers of ping and save in words.</summary>
public static class DaemonText
{
    /// <summary>The daemon in one line.</summary>
    /// <param name="daemon">The daemon.</param>
    /// <returns>A line with its newline.</returns>
    public static string Render(DaemonView daemon)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"pharos {daemon.Version}, pid {daemon.Pid}, since {Humanize.Time(daemon.StartedAt)}, home {daemon.Home}");
        line += daemon.Destination is { } destination ? $", telemetry to {destination}" : ", telemetry to nobody";
        return daemon.MetricsAddress is { } metrics ? $"{line}, metrics at {metrics}\n" : line + "\n";
    }

    /// <summary>How an update went that went well.</summary>
    /// <param name="update">It.</param>
    /// <returns>A line with its newline.</returns>
    public static string Render(UpdateView update) => string.Create(
        CultureInfo.InvariantCulture, $"updated {update.From} → {update.To} in {update.Seconds:0.00} s, pid {update.Pid} as before, {update.Kept} {(update.Kept == 1 ? "process" : "processes")} kept\n");

    /// <summary>What save did.</summary>
    /// <param name="saved">Its answer.</param>
    /// <returns>A line with its newline.</returns>
    public static string Render(SavedView saved) => $"saved {Humanize.Count(saved.Apps, "app")} to {saved.Path}\n";
}
