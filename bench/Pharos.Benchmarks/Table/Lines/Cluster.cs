using Pharos.Benchmarks.SideBySide;

namespace Pharos.Benchmarks.Table.Lines;

/// <summary>Requests a second of a Node app with two processes on one port.</summary>
internal static class Cluster
{
    public static IEnumerable<Row> Measure(TableRun run)
    {
        var cases = ClusterVerb.Measure(run.Arguments, connections: 64, seconds: run.Count(6), run.Count(3));
        Sample Of(string name, bool keepAlive) => new(0, cases.Single(c => c.Name == name && c.KeepAlive == keepAlive).PerSecond);
        return
        [
            Row.AtLeast("Node app with two processes, requests/s, keep-alive", Of("pharos", true), Of("pm2", true), 1.2, "≥ 1.2 × PM2"),
            Row.AtLeast("the same, a connection per request", Of("pharos", false), Of("pm2", false), 2, "≥ 2 × PM2"),
        ];
    }
}
