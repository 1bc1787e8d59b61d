using Pharos.Contracts.Text;
using Xunit;

namespace Pharos.Contracts.Tests.Text;

public sealed class PlanTextTests
{
    private static readonly AppPlanView[] Apps =
    [
        new() { App = "api", Action = "create", From = 0, To = 2 },
        new() { App = "broken", Action = "create", From = 0, To = 1, Error = "script not found" },
        new() { App = "old", Action = "delete", From = 1, To = 0 },
        new() { App = "same", Action = "unchanged", From = 1, To = 1 },
        new() { App = "web", Action = "update", Fields = ["script", "env -OLD"], From = 2, To = 3 },
        new() { App = "worker", Action = "scale", From = 4, To = 1 },
    ];

    [Fact]
    public void A_plan_has_a_line_for_each_app() => Assert.Equal(
        """
        plan for /srv/pharos.yaml
          + api     create, 2 instances
          + broken  create, 1 instance  failed: script not found
          - old     delete, 1 instance
          = same    unchanged
          ~ web     update script, env -OLD; scale 2 → 3
          ~ worker  scale 4 → 1

        """,
        Render(dryRun: true, Apps));

    [Fact]
    public void What_was_done_is_summed_up_and_failures_are_told() =>
        Assert.Equal("  + broken  create, 1 instance  failed: script not found\n4 of 6 apps changed, 1 failed\n", Render(dryRun: false, Apps));

    [Fact]
    public void Nothing_to_change_is_said_so() => Assert.Equal("nothing to change: 1 app is as the file says\n", Render(dryRun: false, Apps[3]));

    [Fact]
    public void Colours_mark_what_is_made_and_what_goes() =>
        Assert.Contains("\e[32m+\e[0m api", PlanText.Render(new() { Source = "/f", DryRun = true, Apps = Apps }, color: true), StringComparison.Ordinal);

    private static string Render(bool dryRun, params AppPlanView[] apps) => PlanText.Render(new() { Source = "/srv/pharos.yaml", DryRun = dryRun, Apps = apps }, color: false);
}
