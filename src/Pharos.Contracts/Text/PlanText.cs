using System.Text;

namespace Pharos.Contracts.Text;

/// <summary>What an apply will do, or did: a line for each app. Names of variables, never values.</summary>
public static class PlanText
{
    /// <summary>Renders a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="color">Whether colours are allowed.</param>
    /// <returns>Lines, each with its newline.</returns>
    public static string Render(PlanView plan, bool color)
    {
        var text = new StringBuilder();
        text.Append(plan.DryRun ? $"plan for {plan.Source}\n" : "");
        var width = 0;
        foreach (var app in plan.Apps)
        {
            width = Math.Max(width, app.App.Length);
        }

        var (changed, failed) = (0, 0);
        foreach (var app in plan.Apps)
        {
            changed += app.Action == "unchanged" || app.Error is not null ? 0 : 1;
            failed += app.Error is null ? 0 : 1;
            if (plan.DryRun || app.Error is not null)
            {
                text.Append(Line(app, width, color));
            }
        }

        if (plan.Apps.Count == 0)
        {
            text.Append(plan.DryRun ? "  no apps\n" : "");
        }

        return text.Append(plan.DryRun ? "" : Summary(plan.Apps.Count, changed, failed)).ToString();
    }

    private static string Line(AppPlanView app, int width, bool color)
    {
        var (mark, paint) = app.Action switch
        {
            "create" => ("+", Sgr.Green),
            "delete" => ("-", Sgr.Red),
            "unchanged" => ("=", Sgr.Dim),
            _ => ("~", Sgr.Yellow),
        };
        var does = app.Action switch
        {
            "create" => $"create, {Instances(app.To)}",
            "delete" => $"delete, {Instances(app.From)}",
            "scale" => $"scale {app.From} → {app.To}",
            "update" => $"update {string.Join(", ", app.Fields)}{(app.From == app.To ? "" : $"; scale {app.From} → {app.To}")}",
            _ => app.Action,
        };
        var error = app.Error is null ? "" : Sgr.Paint($"  failed: {app.Error}", Sgr.Red, color);
        return $"  {Sgr.Paint(mark, paint, color)} {app.App.PadRight(width)}  {does}{error}\n";
    }

    private static string Instances(int count) => count == 1 ? "1 instance" : $"{count} instances";

    private static string Summary(int apps, int changed, int failed) =>
        failed > 0 ? $"{changed} of {apps} apps changed, {failed} failed\n"
        : changed == 0 ? $"nothing to change: {(apps == 1 ? "1 app is" : $"{apps} apps are")} as the file says\n"
        : $"{changed} of {(apps == 1 ? "1 app" : $"{apps} apps")} changed\n";
}
