using System.Collections.Immutable;
using System.Text.Json;
using Pharos.Core.Ports;

namespace Pharos.Node.Wire;

/// <summary>What the daemon and its preload in the app say to each other. Node keeps words that begin with NODE_ from the app itself.</summary>
internal static class PreloadWords
{
    /// <summary>The command of all.</summary>
    public const string Command = "NODE_PHAROS";

    /// <summary>A listening socket comes beside this: keep it open.</summary>
    public const string Hold = $"{{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{{\"cmd\":\"{Command}\",\"act\":\"hold\"}}}}";

    /// <summary>A report came: the next ones may follow.</summary>
    public const string Received = $"{{\"cmd\":\"{Command}\",\"act\":\"ok\"}}";

    private const int MostSeries = 1000;

    /// <summary>Take no new connections, finish, say when that is done.</summary>
    /// <param name="idle">A connection that is kept alive is closed when nothing came over it for so long.</param>
    public static string Drain(TimeSpan idle) => $"{{\"cmd\":\"{Command}\",\"act\":\"drain\",\"idle\":{(long)idle.TotalMilliseconds}}}";

    /// <summary>Reads counts of requests: <c>d</c> is a list of [method, status, seconds, [bucket, count, …]].</summary>
    /// <returns>Null when it is none.</returns>
    public static RuntimeWord.Served? Served(JsonElement said)
    {
        if (NodeLine.Text(said, "act") != "http" || !said.TryGetProperty("d", out var data) || data.ValueKind != JsonValueKind.Array)
            return null;
        var all = ImmutableArray.CreateBuilder<ServedRequests>();
        foreach (var row in data.EnumerateArray())
        {
            if (all.Count < MostSeries && Row(row) is { } requests)
                all.Add(requests);
        }

        return new(all.ToImmutable());
    }

    private static ServedRequests? Row(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != 4 || row[0].ValueKind != JsonValueKind.String || row[1].ValueKind != JsonValueKind.Number
            || !row[1].TryGetInt32(out var status) || row[2].ValueKind != JsonValueKind.Number || row[3].ValueKind != JsonValueKind.Array)
            return null;
        var counts = new long[ServedRequests.Bounds.Length + 1];
        var pairs = row[3];
        for (var i = 0; i + 1 < pairs.GetArrayLength(); i += 2)
        {
            if (pairs[i].ValueKind != JsonValueKind.Number || pairs[i + 1].ValueKind != JsonValueKind.Number
                || !pairs[i].TryGetInt32(out var bucket) || !pairs[i + 1].TryGetInt64(out var count) || bucket < 0 || bucket >= counts.Length || count < 0)
                return null;
            counts[bucket] += count;
        }

        var seconds = row[2].GetDouble();
        return double.IsFinite(seconds) && seconds >= 0 ? new ServedRequests(row[0].GetString()!, status, seconds, [.. counts]) : null;
    }
}
