using System.Globalization;
using System.Text;

namespace Pharos.Pm2.Migrate;

/// <summary>The plan of a migration, or what came of it, for people.</summary>
internal static class MigrateText
{
    /// <summary>Renders it.</summary>
    /// <param name="source">Where the apps come from.</param>
    /// <param name="apps">The apps.</param>
    /// <param name="dryRun">Nothing was touched.</param>
    /// <param name="live">They come from a PM2 that runs.</param>
    /// <param name="ended">That PM2 was ended.</param>
    public static string Of(string source, IReadOnlyList<MigratedApp> apps, bool dryRun, bool live, bool ended)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{(dryRun ? "Would take over" : "Took over")} from {source}:\n");
        if (apps.Count == 0)
            text.Append("  nothing: its list is empty\n");
        foreach (var app in apps)
        {
            var running = app.Running.Count == app.Processes.Count ? "" : $", {app.Running.Count} running";
            text.Append(CultureInfo.InvariantCulture, $"  {app.Name} ({app.Processes.Count} process{(app.Processes.Count == 1 ? "" : "es")}{running}): {app.Outcome}{(app.Error is { } error ? $", {error}" : "")}\n");
            if (app.Obstacle is { } obstacle)
                text.Append(CultureInfo.InvariantCulture, $"    cannot be taken over: {obstacle}\n");
            foreach (var difference in app.Differences)
                text.Append(CultureInfo.InvariantCulture, $"    {difference}\n");
        }

        if (dryRun)
            text.Append("Nothing was touched. Without --dry-run each is stopped there and started here, one after the other; what does not come up here is started there again.\n");
        else if (ended)
            text.Append("PM2 itself was ended. To start with the machine: 'pm2 unstartup' with the old pm2, then 'pharos startup'.\n");
        else if (live && apps.Count > 0)
            text.Append("PM2 goes on running, for what was not taken over.\n");
        return text.ToString();
    }
}
