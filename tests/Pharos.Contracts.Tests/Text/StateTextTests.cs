using Pharos.Contracts.Text;
using Xunit;

namespace Pharos.Contracts.Tests.Text;

public sealed class StateTextTests
{
    [Theory]
    [InlineData("success", 0, null, "exit 0")]
    [InlineData("error_code", 3, null, "exit 3")]
    [InlineData("error_code", null, null, "error code")]
    [InlineData("signal", null, "SIGSEGV", "SIGSEGV")]
    [InlineData("oom_kill", null, "SIGKILL", "out of memory")]
    [InlineData("memory_limit", null, "SIGINT", "memory limit")]
    [InlineData("stop_requested", 0, null, "stopped")]
    [InlineData("stop_timeout_kill", null, "SIGKILL", "killed after grace")]
    [InlineData("probe_failed", null, "SIGINT", "probe failed")]
    [InlineData("spawn_failed", null, null, "spawn failed")]
    [InlineData("lost", null, null, "lost")]
    public void Each_reason_of_an_end_has_its_words(string reason, int? code, string? signal, string expected) =>
        Assert.Equal(expected, StateText.Exit(Samples.Exit(reason, code, signal)));

    [Fact]
    public void Running_and_unready_is_not_shown_as_well()
    {
        var it = Samples.Instance("web", 0, "running", "unready");
        Assert.Equal(("running, unready", "unready", Sgr.Red), (StateText.Long(it), StateText.Short(it), StateText.Color(it)));
    }

    [Fact]
    public void A_job_between_its_runs_is_scheduled()
    {
        var it = Samples.Instance("backup", 0, "stopped", "not_ready") with { NextRunAt = new DateTimeOffset(2026, 3, 2, 3, 0, 0, TimeSpan.Zero) };
        Assert.Equal(("scheduled (2026-03-02 03:00:00 UTC)", "scheduled", Sgr.Yellow), (StateText.Long(it), StateText.Short(it), StateText.Color(it)));
        Assert.Contains("1 scheduled,", InstanceTable.Render([it], 0, color: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_says_why() =>
        Assert.Equal("failed (crash loop)", StateText.Long(Samples.Instance("web", 0, "failed", "not_ready") with { Failure = "crash_loop" }));
}
