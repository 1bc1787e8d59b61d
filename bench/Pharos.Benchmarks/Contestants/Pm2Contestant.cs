using System.Globalization;
using System.Text.Json.Nodes;
using Pharos.TestKit;

namespace Pharos.Benchmarks.Contestants;

/// <summary>PM2 as <c>bench/pm2/install</c> put it into artifacts/pm2, with a home of its own.</summary>
internal sealed class Pm2Contestant : Contestant
{
    private Pm2Contestant(string name, string program, string home)
        : base(name, program, home, new() { ["PM2_HOME"] = home, ["PM2_DISABLE_VERSION_CHECK"] = "true" }) // it asks the network else
    {
    }

    /// <summary>One contestant, or none when PM2 is not there or not wanted.</summary>
    public static IEnumerable<Contestant> IfThere(Arguments arguments)
    {
        var program = Repository.PathOf("artifacts", "pm2", "node_modules", ".bin", "pm2");
        if (arguments.WithPm2 && File.Exists(program))
            yield return new Pm2Contestant("pm2", program, Directory.CreateTempSubdirectory("pm2-").FullName);
        else if (arguments.WithPm2)
            Console.Error.WriteLine("bench: PM2 is not there, bench/pm2/install would get it; going on without");
    }

    /// <summary>Our program under PM2's name.</summary>
    public static Contestant Face(Arguments arguments)
    {
        var program = Path.Combine(arguments.Dist ?? Repository.PathOf("artifacts", "dist"), "pm2");
        return File.Exists(program) ? new Pm2Contestant("pharos", program, Directory.CreateTempSubdirectory("pm2-").FullName) : throw new CannotMeasureException($"{program} is missing: run './build.sh publish' first");
    }

    public override CommandRun StartApp(App app)
    {
        var env = new JsonObject();
        foreach (var (name, value) in app.Variables)
            env[name] = value;
        var declared = new JsonObject
        {
            ["name"] = app.Name,
            ["script"] = app.Program,
            ["args"] = new JsonArray([.. app.Arguments.Select(argument => JsonValue.Create(argument))]),
            ["interpreter"] = app.IsNodeCluster || app.IsNodeScript ? "node" : "none",
            ["exec_mode"] = app.IsNodeCluster ? "cluster" : "fork",
            ["instances"] = app.Instances,
            ["min_uptime"] = 100,
            ["max_restarts"] = 1_000_000,
            ["env"] = env,
        };
        var file = Path.Combine(Home, $"{app.Name}.json");
        File.WriteAllText(file, new JsonObject { ["apps"] = new JsonArray(declared) }.ToJsonString());
        return Command("start", file);
    }

    public override CommandRun List() => Command("list");

    protected override int StartDaemon()
    {
        Command("ping");
        return int.Parse(File.ReadAllText(Path.Combine(Folder, "pm2.pid")), CultureInfo.InvariantCulture);
    }

    protected override void Delete() => Command("delete", "all");

    protected override void StopDaemon() => Command("kill");
}
