using System.Text;
using System.Text.Json;
using Pharos.EndToEnd.Tests.Kit;
using Pharos.TestKit.Otlp;

namespace Pharos.EndToEnd.Tests.Telemetry;

public sealed class SecretsTests : PharosTest
{
    private const string Declared = "s3cr3t-value";
    private const string OfTheShell = "n0t-f0r-apps";

    [Fact]
    public async Task A_declared_secret_reaches_the_app_and_its_own_log_and_nothing_else_and_an_undeclared_one_not_even_the_app()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        Pharos.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.HttpEndpoint.ToString();
        Pharos.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        Pharos.Environment["DEPLOY_PASSWORD"] = OfTheShell;
        var script = Pharos.Script("leaky", """
            echo "my token is $API_TOKEN, twice: $API_TOKEN"
            echo "{\"level\":\"error\",\"token\":\"$API_TOKEN\"}" >&2
            env
            echo "shell said [$DEPLOY_PASSWORD]"
            read -r line <>"$HOME/go"
            exit 3
            """);
        Assert.Equal(0, (await Pharos.RunAsync("mkfifo", [Path.Combine(Pharos.Folder, "go")])).ExitCode);
        var said = new StringBuilder((await Pharos.OkAsync("start", script, "--name", "leaky", "--min-uptime", "20ms", "--env", $"API_TOKEN={Declared}")).Out);
        await Pharos.LineAsync("leaky", "shell said []");
        await Pharos.LineAsync("leaky", Declared); // the file is the app's own: it has what the app wrote
        await File.WriteAllTextAsync(Path.Combine(Pharos.Folder, "go"), "go\n");
        await Pharos.UntilAsync("leaky", i => i.Restarts == 1 && i.LastExit is { LastLines.Count: > 0 }, "has ended once");

        foreach (var command in new[] { "list", "list --json", "describe leaky", "describe leaky --json", "save", "ping" })
            said.AppendLine((await Pharos.OkAsync(command.Split(' '))).Out);
        foreach (var path in new[] { "/metrics", "/v1/instances", "/v1/apps/all", "/v1/daemon" })
            said.AppendLine(await Pharos.GetAsync(path));
        said.AppendLine((await Pharos.RunAsync("start", "/no/such/script", "--env", $"API_TOKEN={Declared}")).Err);
        await receiver.UntilAsync(r => r.Logs.Any(l => l.EventName == "pharos.instance.exited") && r.Spans.Any(s => s.Name == "pharos.instance.restart") && r.Points.Count > 0);
        await Pharos.OkAsync("stop", "leaky");
        await receiver.UntilAsync(r => r.Logs.Count(l => l.EventName == "pharos.instance.exited") == 2);
        Assert.Contains(receiver.Logs, l => l.Body is string body && body == "my token is [redacted], twice: [redacted]");

        said.AppendLine(JsonSerializer.Serialize(receiver.Logs)).AppendLine(JsonSerializer.Serialize(receiver.Spans)).AppendLine(JsonSerializer.Serialize(receiver.Points));
        said.AppendLine(JsonSerializer.Serialize(receiver.Requests)).AppendLine(Pharos.Logs);
        Assert.DoesNotContain(Declared, said.ToString());
        Assert.DoesNotContain(OfTheShell, said.ToString());

        var files = new[] { Pharos.Home, Pharos.Runtime }.SelectMany(f => Directory.GetFiles(f, "*", SearchOption.AllDirectories)).ToList();
        Assert.Contains(files, f => Has(f, Declared)); // the state, and the app's log
        Assert.All(files.Where(f => Has(f, Declared)), f => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(f) & Others));
        Assert.DoesNotContain(files, f => Has(f, OfTheShell));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Pharos.Home) & (Others | Group));
    }

    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    private static bool Has(string file, string text) =>
        !file.EndsWith(".sock", StringComparison.Ordinal) && File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}
