using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Pharos.Benchmarks.Contestants;
using Pharos.TestKit;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>Requests per second of a Node app with two processes that share a port, asked by wrk; the contestants by turns, so that they see the same machine.</summary>
internal static class ClusterVerb
{
    private const string Server = "require('http').createServer((q, r) => r.end('hello world')).listen(process.env.PORT);";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static int Run(Arguments arguments)
    {
        var seconds = arguments.Number("--seconds", 10);
        var count = arguments.Number("--count", 3);
        var connections = arguments.Number("--connections", 64);
        var cases = Measure(arguments, connections, seconds, count);
        var names = cases.Select(c => c.Name).Distinct().ToList();
        var pm2 = cases.Where(c => c.Name == "pm2").ToDictionary(c => c.KeepAlive, c => c.Median);
        Console.WriteLine($"requests per second, two Node processes, {connections} connections, median of {count} rounds of {seconds} s");
        Figures.Print(
        [
            ["", "keep-alive", "errors", "connection per request", "errors"],
            .. names.Select(name => Row(name, cases.Where(c => c.Name == name), c => Figures.Text(c.Median, 0))),
            .. pm2.Count == 0 ? [] : names.Where(name => name != "pm2").Select(name => Row($"{name} / pm2", cases.Where(c => c.Name == name), c => Figures.Text(c.Median / pm2[c.KeepAlive], 2), withErrors: false)),
        ]);
        return 0;
    }

    /// <summary>Asks all by turns.</summary>
    public static IReadOnlyList<Case> Measure(Arguments arguments, int connections, int seconds, int count)
    {
        using var field = new Field(arguments);
        using var home = new TempHome();
        var script = home.Write("hello.js", Server);
        var cases = field.All.SelectMany(who => new[] { new Case(who.Name, KeepAlive: true), new Case(who.Name, KeepAlive: false) }).ToList();
        Dictionary<string, int> ports = [];
        foreach (var who in field.All)
        {
            who.Up();
            var port = ports[who.Name] = FreePort.Next();
            who.StartApp(new App("hello", script, [], 2, new Dictionary<string, string> { ["PORT"] = port.ToString(CultureInfo.InvariantCulture) }) { IsNodeCluster = true });
            WaitForPort(port);
        }

        for (var round = 0; round < count; round++)
        {
            foreach (var one in cases)
                one.Take(ports[one.Name], connections, seconds);
        }

        return cases;
    }

    private static string[] Row(string name, IEnumerable<Case> cases, Func<Case, string> value, bool withErrors = true) =>
        [name, .. cases.OrderByDescending(c => c.KeepAlive).SelectMany(c => new[] { value(c), withErrors ? c.Errors.ToString(CultureInfo.InvariantCulture) : "" })];

    private static void WaitForPort(int port)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; Thread.Sleep(100))
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", port);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }

        throw new CannotMeasureException($"nothing listens on port {port} within {Patience.TotalSeconds:F0} s");
    }

    /// <summary>One who is asked in one way.</summary>
    internal sealed record Case(string Name, bool KeepAlive)
    {
        private readonly List<double> _perSecond = [];

        public double Median => Figures.Median(_perSecond);

        public IReadOnlyList<double> PerSecond => _perSecond;

        public long Errors { get; private set; }

        public void Take(int port, int connections, int seconds)
        {
            string[] close = KeepAlive ? [] : ["-H", "Connection: close"];
            var start = new ProcessStartInfo("wrk", [.. close, "-t1", $"-c{connections}", $"-d{seconds}s", $"http://127.0.0.1:{port}/"]) { UseShellExecute = false, RedirectStandardOutput = true };
            Process wrk;
            try
            {
                wrk = Process.Start(start)!;
            }
            catch (Win32Exception)
            {
                throw new CannotMeasureException("wrk is not there: apt-get install wrk");
            }

            using (wrk)
            {
                foreach (var line in wrk.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries))
                {
                    if (line.StartsWith("Requests/sec:", StringComparison.Ordinal))
                        _perSecond.Add(double.Parse(line["Requests/sec:".Length..], CultureInfo.InvariantCulture));
                    else if (line.StartsWith("Socket errors:", StringComparison.Ordinal) || line.StartsWith("Non-2xx", StringComparison.Ordinal))
                        Errors += line.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Sum(w => long.TryParse(w, out var n) ? n : 0);
                }

                wrk.WaitForExit();
            }

            if (_perSecond.Count == 0)
                throw new CannotMeasureException("wrk said no Requests/sec");
        }
    }
}
