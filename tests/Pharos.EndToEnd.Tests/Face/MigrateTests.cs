using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Pharos.EndToEnd.Tests.Face;

/// <summary>The apps of the real PM2, from npm, become ours.</summary>
public sealed class MigrateTests : FaceTest
{
    private static readonly Lazy<string> Real = new(Install);

    public override Task InitializeAsync()
    {
        Pm2.Environment["PM2_DISABLE_VERSION_CHECK"] = "true";
        return base.InitializeAsync();
    }

    [Fact]
    public async Task Apps_of_a_PM2_that_runs_are_taken_over_one_by_one_and_one_that_does_not_come_up_here_goes_on_there()
    {
        var app = Pm2.Stub("web.js");
        // Under us it has no agent, and ends at once: it stands for an app that cannot live here.
        var picky = Pm2.Write("picky.js", "if (process.env.PHAROS_APP) process.exit(3); setInterval(() => {}, 1e6);\n");
        await TheirsAsync($"start {app} --name web -- a b");
        await TheirsAsync($"start {picky} --name picky");
        await TheirsAsync($"start {app} --name idle");
        await TheirsAsync("stop idle");
        try
        {
            var plan = JsonNode.Parse((await MigrateAsync("--dry-run --json")).Out)!;
            Assert.True(plan["dryRun"]!.GetValue<bool>());
            Assert.Equal(["idle planned", "picky planned", "web planned"], Outcomes(plan));
            Assert.Equal("online", await TheirStatusAsync("web"));

            var run = await MigrateAsync("--json");
            Assert.Equal(1, run.ExitCode);
            Assert.Equal(["idle taken over", "picky rolled back", "web taken over"], Outcomes(JsonNode.Parse(run.Out)!));
            Assert.Equal("online", await TheirStatusAsync("picky"));
            Assert.Equal("stopped", await TheirStatusAsync("web"));
            var ours = (await Pm2.ListAsync()).ToDictionary(p => p["name"]!.GetValue<string>(), Face.Pm2.StatusOf);
            Assert.Equal([("idle", "stopped"), ("web", "online")], ours.Select(o => (o.Key, o.Value)).Order());
            await Pm2.OkAsync("delete", "all");
        }
        finally
        {
            await Pm2.ShellAsync($"node {Real.Value} kill");
        }
    }

    [Fact]
    public async Task A_saved_list_is_taken_over_without_a_PM2()
    {
        var app = Pm2.Stub("web.js");
        var dump = Pm2.Write("old/dump.pm2", $$"""[{"name":"web","namespace":"default","pm_exec_path":"{{app}}","pm_cwd":"{{Pm2.Folder}}","exec_interpreter":"node","exec_mode":"fork_mode","args":["x"],"env":{"PATH":"{{Pm2.Environment["PATH"]}}","WORD":"kept"},"status":"online"}]""");
        var run = await MigrateAsync($"--from {dump}");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("web (1 process): taken over", run.Out, StringComparison.Ordinal);
        var process = await Pm2.OneAsync();
        Assert.Equal(("online", "kept"), (Face.Pm2.StatusOf(process), process["pm2_env"]!["env"]!["WORD"]!.GetValue<string>()));
        Assert.Equal(1, (await MigrateAsync($"--from {dump}.nothing")).ExitCode);
    }

    private static IEnumerable<string> Outcomes(JsonNode result) => result["apps"]!.AsArray().Select(a => $"{a!["app"]} {a["outcome"]}").Order(StringComparer.Ordinal);

    private Task<Kit.Run> MigrateAsync(string options) => Pm2.ShellAsync($"exec {Kit.PharosCli.Program} migrate {options}");

    private async Task TheirsAsync(string line)
    {
        var run = await Pm2.ShellAsync($"node {Real.Value} {line}");
        Assert.True(run.ExitCode == 0, run.ToString());
    }

    private async Task<string> TheirStatusAsync(string name)
    {
        var list = JsonNode.Parse((await Pm2.ShellAsync($"node {Real.Value} jlist")).Out.Split('\n').Last(l => l.StartsWith('[')))!;
        return Face.Pm2.StatusOf(list.AsArray().Single(p => p!["name"]!.GetValue<string>() == name)!.AsObject());
    }

    private static string Install()
    {
        using var install = Process.Start(new ProcessStartInfo(Repository.PathOf("tests", "pm2", "install")) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var folder = install.StandardOutput.ReadToEnd().Trim();
        install.WaitForExit();
        return install.ExitCode == 0 ? Path.Combine(folder, "node_modules/pm2/bin/pm2") : throw new InvalidOperationException("tests/pm2/install failed; its own words are above");
    }
}
