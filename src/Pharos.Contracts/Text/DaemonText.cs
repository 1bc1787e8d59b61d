using System.Globalization;
using System.Text;

namespace Pharos.Contracts.Text;

/// <summary>The answers of ping, daemon status, save and resurrect in words.</summary>
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

    /// <summary>Everything about the daemon, a line for each fact.</summary>
    /// <param name="daemon">The daemon.</param>
    /// <returns>Lines.</returns>
    public static string RenderStatus(DaemonView daemon) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        daemon     pharos {daemon.Version}, pid {daemon.Pid}, since {Humanize.Time(daemon.StartedAt)}
        home       {daemon.Home}
        service    {(daemon.Service is { } service ? $"run by {service}" : "none: it runs in the background; 'pharos startup' makes it a service")}
        apps       {Humanize.Count(daemon.Apps, "app")}, {daemon.Running} of {Humanize.Count(daemon.Instances, "instance")} with a process
        state      {(daemon.StateError is { } error ? $"CANNOT BE SAVED: {error}" : $"saved in {daemon.Home}/state")}
        telemetry  {(daemon.Destination is { } destination ? $"to {destination}" : "to nobody")}
        metrics    {(daemon.MetricsAddress is { } metrics ? $"at {metrics}" : "on the control socket only")}

        """);

    /// <summary>What resurrect did.</summary>
    /// <param name="done">Its answer.</param>
    /// <returns>A line for each app, and one for the file.</returns>
    public static string Render(ResurrectView done)
    {
        var text = new StringBuilder();
        foreach (var app in done.Apps)
        {
            text.Append(app.App).Append(": ");
            if (app.Error is { } error)
                text.Append("NOT brought back: ").Append(error);
            else
                text.Append(app.Declared ? "declared again, " : "").Append(CultureInfo.InvariantCulture, $"{app.Started} started, {app.Up} up already");
            text.Append('\n');
        }

        return text.Append(done.Apps.Count == 0 ? "no apps" : Humanize.Count(done.Apps.Count, "app")).Append(" in ").Append(done.Source).Append('\n').ToString();
    }

    /// <summary>What save did.</summary>
    /// <param name="saved">Its answer.</param>
    /// <returns>A line with its newline.</returns>
    public static string Render(SavedView saved) => $"saved {Humanize.Count(saved.Apps, "app")} to {saved.Path}\n";
}
