using System.Globalization;
using System.Text.Json;
using Pharos.TestKit;

namespace Pharos.Benchmarks.Contestants;

/// <summary>The published program.</summary>
internal sealed class PharosContestant : Contestant
{
    private PharosContestant(string name, string program, string home, Dictionary<string, string> environment)
        : base(name, program, home, environment)
    {
    }

    /// <param name="arguments">May name another folder than that of the checkout.</param>
    /// <param name="name">How it is called in the figures.</param>
    /// <param name="destination">Where its telemetry goes, every ten seconds; null: nowhere.</param>
    /// <param name="more">More of its environment.</param>
    public static PharosContestant Create(Arguments arguments, string name = "pharos", Uri? destination = null, params IEnumerable<(string Name, string Value)> more)
    {
        var program = Published(Path.Combine(arguments.Dist ?? Repository.PathOf("artifacts", "dist"), "pharos"));
        var home = Directory.CreateTempSubdirectory("ph-").FullName;
        var environment = new Dictionary<string, string> { ["PHAROS_HOME"] = home }; // and no XDG_RUNTIME_DIR: spool files lie where a service has them
        if (destination is not null)
        {
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = destination.ToString();
            environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
            environment["OTEL_METRIC_EXPORT_INTERVAL"] = "10000";
        }

        foreach (var (variable, value) in more)
            environment[variable] = value;
        return new PharosContestant(name, program, home, environment);
    }

    /// <summary>The published example, which keeps a clock.</summary>
    public static string Example => Published(Repository.PathOf("artifacts", "example", "pharos-example"));

    public override CommandRun StartApp(App app)
    {
        // An app that was up for 100 ms did not crash at start: no back-off. 100 ms is the least that PM2 takes.
        List<string> words = ["start", app.Program, "--name", app.Name, "-i", app.Instances.ToString(CultureInfo.InvariantCulture), "--max-crashes", "0", "--min-uptime", app.IsRestartedAtOnce ? "0" : "100ms"];
        if (app.IsRestartedAtOnce)
            words.AddRange(["--restart-delay", "0"]); // else there would be a back-off
        if (app.IsNodeCluster)
            words.AddRange(["--cluster", "shared"]);
        foreach (var (name, value) in app.Variables)
            words.AddRange(["--env", $"{name}={value}"]);
        return Command([.. words, "--", .. app.Arguments]);
    }

    public override CommandRun List() => Command("list");

    protected override int StartDaemon()
    {
        Command("list");
        using var answer = JsonDocument.Parse(Command("ping", "--json").Output);
        return answer.RootElement.GetProperty("pid").GetInt32();
    }

    protected override void Delete() => Command("delete", "all");

    protected override void StopDaemon()
    {
        using (SpoolPlace.Of(Folder))
            Command("kill");
    }

    private static string Published(string path) =>
        File.Exists(path) ? path : throw new CannotMeasureException($"{path} is missing: run './build.sh publish' first");
}
