using System.Text.Json;
using Pharos.Core.Ports;

namespace Pharos.Node.Wire;

/// <summary>What a worker asks its primary for, as Node's cluster module words it.</summary>
/// <param name="Sequence">Of the worker's message: the answer names it.</param>
/// <param name="Key">What tells this listener from the others of a worker.</param>
/// <param name="At">Where to listen; null when <paramref name="Descriptor"/> says it.</param>
/// <param name="Descriptor">A descriptor that the worker has itself; null: none.</param>
/// <param name="DataJson">Of TLS: keys that all workers share; "null": none.</param>
internal sealed record ListenQuery(long Sequence, string Key, ListenAt? At, int? Descriptor, string DataJson)
{
    /// <summary>Reads <c>queryServer</c>. The same for Node 18 to 24.</summary>
    /// <returns>Null when it is none.</returns>
    public static ListenQuery? Read(JsonElement said)
    {
        if (NodeLine.Whole(said, "seq") is not { } sequence)
            return null;
        var address = NodeLine.Text(said, "address");
        var port = NodeLine.Whole(said, "port") ?? 0;
        var descriptor = NodeLine.Whole(said, "fd") is { } fd and >= 0 ? (int?)fd : null;
        var flags = NodeLine.Whole(said, "flags") ?? 0;
        var type = said.TryGetProperty("addressType", out var kind) ? kind.ToString() : "";
        var backlog = NodeLine.Whole(said, "backlog") is { } asked and > 0 ? (int)Math.Min(asked, int.MaxValue) : 511;
        var key = $"{address}:{port}:{type}:{descriptor}:{NodeLine.Whole(said, "index") ?? 0}";
        var data = said.TryGetProperty("data", out var shared) ? shared.GetRawText() : "null";
        ListenAt? at = descriptor is not null ? null : type switch
        {
            "-1" => new() { Kind = ListenKind.Unix, Address = address, Backlog = backlog },
            "udp4" or "udp6" => new()
            {
                Kind = ListenKind.Udp,
                Address = address,
                Port = (int)port,
                Ipv6 = type == "udp6",
                Ipv6Only = (flags & 1) != 0,
                ReuseAddress = (flags & 4) != 0,
                ReusePort = (flags & 8) != 0,
            },
            _ => new() { Kind = ListenKind.Tcp, Address = address, Port = (int)port, Ipv6Only = (flags & 1) != 0, Backlog = backlog },
        };
        return new(sequence, key, at, descriptor, data);
    }
}

/// <summary>What a primary says, as Node's cluster module words it.</summary>
internal static class ClusterWords
{
    /// <summary>The answer with the listening socket, which goes beside it.</summary>
    public static string Socket(ListenQuery query, string dataJson, bool datagrams, long sequence) =>
        Handle($"\"errno\":0,\"key\":{NodeLine.Quoted(query.Key)},\"ack\":{query.Sequence},\"data\":{dataJson},\"seq\":{sequence}", datagrams ? "dgram.Native" : "net.Native");

    /// <summary>The answer of one that hands the connections out itself.</summary>
    public static string Turn(ListenQuery query, string dataJson, SocketName name, long sequence) => Message(
        $"\"errno\":null,\"key\":{NodeLine.Quoted(query.Key)},\"ack\":{query.Sequence},\"data\":{dataJson},\"sockname\":{{\"address\":{NodeLine.Quoted(name.Address)},\"family\":\"{name.Family}\",\"port\":{name.Port}}},\"seq\":{sequence}");

    /// <summary>The answer that it cannot be had; the app sees the error as if it had listened itself.</summary>
    public static string Refusal(ListenQuery query, int errno, long sequence) =>
        Message($"\"errno\":{-errno},\"key\":{NodeLine.Quoted(query.Key)},\"ack\":{query.Sequence},\"data\":null,\"seq\":{sequence}");

    /// <summary>A connection for a worker, which goes beside it.</summary>
    public static string Connection(string key, long sequence) => Handle($"\"act\":\"newconn\",\"key\":{NodeLine.Quoted(key)},\"seq\":{sequence}", "net.Native");

    /// <summary>Close your listeners, finish, leave.</summary>
    public static string Disconnect(long sequence) => Message($"\"act\":\"disconnect\",\"seq\":{sequence}");

    /// <summary>A bare acknowledgement.</summary>
    public static string Acknowledge(long of, long sequence) => Message($"\"ack\":{of},\"seq\":{sequence}");

    private static string Message(string members) => $"{{\"cmd\":\"NODE_CLUSTER\",{members}}}";

    private static string Handle(string members, string type) => $"{{\"cmd\":\"NODE_HANDLE\",\"type\":\"{type}\",\"msg\":{Message(members)}}}";
}
