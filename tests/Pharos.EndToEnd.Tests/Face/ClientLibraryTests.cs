using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pharos.EndToEnd.Tests.Face;

/// <summary>Programs of npm that talk with PM2's daemon, unchanged, against ours.</summary>
public sealed class ClientLibraryTests : FaceTest
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly Lazy<string> Modules = new(Install);

    public override Task InitializeAsync()
    {
        Pm2.Environment["NODE_PATH"] = Modules.Value;
        Pm2.Environment["PM2_DISABLE_VERSION_CHECK"] = "true";
        return base.InitializeAsync();
    }

    [Fact]
    public async Task The_client_library_drives_our_daemon()
    {
        await Pm2.OkAsync("ping");
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(Pm2.Home, "rpc.sock")));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(Pm2.Home, "pub.sock")));
        var run = await Pm2.ShellAsync($"exec node {Repository.PathOf("tests", "pm2", "client.js")}");
        Assert.True(run.ExitCode == 0 && run.Out.EndsWith("all done\n", StringComparison.Ordinal), run.ToString());
    }

    [Fact]
    public async Task The_exporter_shows_our_apps_to_Prometheus()
    {
        await Pm2.OkAsync("start", Pm2.Stub(), "--name", "web");
        var port = FreePort.Next();
        // It takes its port from where its own path stands.
        var exporter = Pm2.Write("exporter.js", $"process.argv[1] = '{port}'; require('pm2-prometheus-exporter');\n");
        await Pm2.OkAsync("start", exporter, "--name", "exporter");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        var page = "";
        await Eventually.True(async () => Regex.IsMatch(page = await PageAsync(http), "pm2_memory\\{name=\"web\"[^}]*\\} [1-9]", RegexOptions.None, TimeSpan.FromSeconds(10)), "it shows the app, and its memory once that was looked at", details: () => page);
        Assert.Matches("pm2_up\\{name=\"web\"[^}]*\\} 1\n", page);
        Assert.Matches("pm2_up\\{name=\"exporter\"[^}]*\\} 1\n", page);
    }

    [Fact]
    public async Task What_an_app_measures_with_its_library_is_in_the_list_and_its_actions_answer()
    {
        var app = Pm2.Write("measures.js", "const io = require('@pm2/io').init(); const c = io.counter({ name: 'Orders' }); c.inc(); c.inc(); io.action('hi', reply => reply({ said: 'hi' })); setInterval(() => {}, 1000);\n");
        await Pm2.OkAsync("start", app, "--name", "measures");
        JsonObject? process = null;
        await Eventually.True(async () => (process = await Pm2.OneAsync())["pm2_env"]!["axm_monitor"]!["Orders"] is not null, "the number is there", details: () => process?.ToJsonString() ?? "");
        Assert.Equal("2", process!["pm2_env"]!["axm_monitor"]!["Orders"]!["value"]!.ToString());
        Assert.Contains(process["pm2_env"]!["axm_actions"]!.AsArray(), a => a!["action_name"]!.GetValue<string>() == "hi");
        Assert.Contains("said", (await Pm2.OkAsync("trigger", "measures", "hi")).Out, StringComparison.Ordinal);
    }

    private static async Task<string> PageAsync(HttpClient http)
    {
        try
        {
            return await http.GetStringAsync("metrics");
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    private static string Install()
    {
        using var install = Process.Start(new ProcessStartInfo(Repository.PathOf("tests", "pm2", "install")) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var folder = install.StandardOutput.ReadToEnd().Trim();
        install.WaitForExit();
        return install.ExitCode == 0 ? Path.Combine(folder, "node_modules") : throw new InvalidOperationException("tests/pm2/install failed; its own words are above");
    }
}
