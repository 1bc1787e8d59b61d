using System.Diagnostics;
using System.Globalization;
using Pharos.Benchmarks.Contestants;
using Pharos.TestKit;

namespace Pharos.Benchmarks.Table.Lines;

/// <summary>What a supervisor adds to the memory of a Node app itself.</summary>
internal static class InsideNode
{
    private const double MiB = 1048576;

    private const string Server = """
        require('v8').setFlagsFromString('--expose-gc');
        const collect = require('vm').runInNewContext('gc');
        require('http').createServer((request, response) => {
          if (request.url === '/gc') { collect(); collect(); }
          response.end('hello world');
        }).listen(process.env.PORT, '127.0.0.1');
        """;

    public static IEnumerable<Row> Measure(TableRun run)
    {
        using var home = new TempHome();
        var script = home.Write("web.js", Server);
        using var both = run.Both();
        var (bare, on, off, pm2) = (new Sample(), new Sample(), new Sample(), new Sample());
        for (var round = 0; round < run.Count(7); round++)
        {
            var port = FreePort.Next();
            using (var node = Process.Start(Bare(script, port))!)
            {
                bare.Add(Used(node.Id, port));
                node.Kill();
                node.WaitForExit();
            }

            on.Add(Under(both.Pharos, script));
            off.Add(Under(both.Pharos, script, "--no-http-stats"));
            pm2.Add(Under(both.Pm2, script));
        }

        var (more, none, theirs) = (on.Median - bare.Median, off.Median - bare.Median, pm2.Median - bare.Median);
        return
        [
            new("added inside a Node app, HTTP statistics on, RSS MiB", Figures.Text(more, 2), Figures.Text(theirs, 2), $"bare {bare.Text}", "", "≤ 1.5", more <= 1.5) { Raw = new Dictionary<string, IReadOnlyList<double>> { ["bare"] = bare.Values, ["on"] = on.Values, ["off"] = off.Values, ["pm2"] = pm2.Values } },
            new("added inside a Node app, HTTP statistics off, RSS MiB", Figures.Text(none, 2), Figures.Text(theirs, 2), $"spread of the bare one {Figures.Text(bare.Values.Max() - bare.Values.Min(), 2)}", "", "0, within the spread", none <= Math.Max(0.3, bare.Values.Max() - bare.Values.Min())),
        ];
    }

    /// <summary>With no more of an environment than the others give it, and its output in a file as theirs is.</summary>
    private static ProcessStartInfo Bare(string script, int port)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec node {script} > {script}.out 2>&1 < /dev/null"]);
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        start.Environment["HOME"] = Path.GetDirectoryName(script)!;
        start.Environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        return start;
    }

    private static double Under(Contestant who, string script, params string[] more)
    {
        var port = FreePort.Next();
        var variables = new Dictionary<string, string> { ["PORT"] = port.ToString(CultureInfo.InvariantCulture) };
        if (who is PharosContestant)
            who.Run(["start", script, "--name", "web", "--env", $"PORT={port}", .. more]);
        else
            who.StartApp(new App("web", script, [], 1, variables) { IsNodeScript = true });
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(30); Thread.Sleep(20))
        {
            if (ProcessUse.ChildrenOf(who.DaemonPid) is [var pid])
            {
                var used = Used(pid, port);
                who.DeleteAll();
                return used;
            }
        }

        throw new CannotMeasureException($"{who.Name} started no Node app");
    }

    /// <summary>RSS after 200 requests and a collection, MiB.</summary>
    private static double Used(int pid, int port)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(10) };
        for (var watch = Stopwatch.StartNew(); ; Thread.Sleep(50))
        {
            try
            {
                client.GetStringAsync("/").Wait();
                break;
            }
            catch (AggregateException) when (watch.Elapsed < TimeSpan.FromSeconds(20))
            {
                // Not yet.
            }
        }

        for (var i = 0; i < 200; i++)
            client.GetStringAsync("/").Wait();
        Thread.Sleep(1200); // what is told each second was told
        client.GetStringAsync("/gc").Wait();
        Thread.Sleep(200);
        return ProcessUse.Of(pid).RssBytes / MiB;
    }
}
