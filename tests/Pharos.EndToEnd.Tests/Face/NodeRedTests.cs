using System.Diagnostics;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Face;

/// <summary>An application of some size, from npm and unchanged.</summary>
public sealed class NodeRedTests : FaceTest
{
    [Fact]
    public async Task Node_red_starts_shows_its_requests_and_stops_in_order()
    {
        var (port, folder) = (FreePort.Next(), Directory.CreateDirectory(Path.Combine(Pm2.Folder, "user")).FullName);
        await Pm2.OkAsync("start", Path.Combine(Install(), "node_modules", "node-red", "red.js"), "--name", "red", "--", "--userDir", folder, "--port", $"{port}");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        await Eventually.True(async () => await AnswersAsync(http), "it serves", TimeSpan.FromSeconds(60));
        var shown = "";
        await Eventually.True(
            async () =>
            {
                Assert.Contains("Node-RED", await http.GetStringAsync(""), StringComparison.Ordinal);
                shown = $"{await Pm2.ShellAsync($"PHAROS_HOME=$(echo {Pm2.Folder}/state/pharos/*) exec {PharosCli.Program} list")}"; // PM2's own list has no column for it
                return shown.Contains("req/s", StringComparison.Ordinal);
            },
            "its requests are shown",
            details: () => shown);
        await Pm2.OkAsync("stop", "red");
        var it = await Pm2.OneAsync();
        Assert.Equal(("stopped", 0), (Face.Pm2.StatusOf(it), it["pm2_env"]!["exit_code"]!.GetValue<int>()));
    }

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync("")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Install()
    {
        using var install = Process.Start(new ProcessStartInfo(Repository.PathOf("tests", "node", "node-red")) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var folder = install.StandardOutput.ReadToEnd().Trim();
        install.WaitForExit();
        return install.ExitCode == 0 ? folder : throw new InvalidOperationException("tests/node/node-red failed; its own words are above");
    }
}
