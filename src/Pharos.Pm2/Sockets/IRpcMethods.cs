using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Sockets;

/// <summary>What a client of the request socket can call.</summary>
internal interface IRpcMethods
{
    /// <summary>Names of the methods.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Calls one.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="peer">Who calls.</param>
    /// <param name="stop">The daemon goes.</param>
    /// <exception cref="RpcException">It cannot be done; one line.</exception>
    Task<RpcResult> CallAsync(string method, JsonArray args, Socket peer, CancellationToken stop);
}

/// <summary>What a method gives to its callback behind the error.</summary>
/// <param name="Values">The values.</param>
/// <param name="IsSilent">Nothing is answered.</param>
internal readonly record struct RpcResult(JsonNode?[] Values, bool IsSilent = false)
{
    /// <summary>One value.</summary>
    public static RpcResult Of(JsonNode? value) => new([value]);
}

/// <summary>An error as the client's callback gets it.</summary>
/// <param name="line">One line.</param>
internal sealed class RpcException(string line) : Exception(line);
