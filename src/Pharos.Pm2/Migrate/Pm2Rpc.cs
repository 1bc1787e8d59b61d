using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pharos.Pm2.Sockets;

namespace Pharos.Pm2.Migrate;

/// <summary>A client of PM2's own request socket.</summary>
internal sealed class Pm2Rpc : IDisposable
{
    private const int LongestMessage = 64 * 1024 * 1024;
    private const int PatienceMilliseconds = 60_000;
    private readonly Socket _socket;
    private readonly AmpFrame.Reader _reader = new(LongestMessage);
    private int _calls;

    private Pm2Rpc(Socket socket) => _socket = socket;

    /// <summary>Connects.</summary>
    /// <param name="path">Path of <c>rpc.sock</c>.</param>
    /// <returns>Null when nobody answers there.</returns>
    public static Pm2Rpc? Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = PatienceMilliseconds, SendTimeout = PatienceMilliseconds };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new Pm2Rpc(socket);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>Calls a method.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="argument">Its argument.</param>
    /// <returns>What its callback gets behind the error.</returns>
    /// <exception cref="RpcException">It says that it failed, or says nothing.</exception>
    public JsonNode? Call(string method, JsonNode? argument)
    {
        try
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"migrate:{_calls++}");
            _socket.Send(Frame(method, argument, id));
            var buffer = new byte[64 * 1024];
            while (_socket.Receive(buffer) is > 0 and var count)
            {
                foreach (var answer in _reader.Take(buffer.AsSpan(0, count)))
                {
                    if (AmpFrame.ReadText(answer[^1]) != id || AmpFrame.ReadJson(answer[0]) is not JsonObject said)
                        continue;
                    if (said["error"] is { } error)
                        throw new RpcException($"PM2 says to {method}: {error}");
                    return (said["args"] as JsonArray)?.ElementAtOrDefault(0)?.DeepClone();
                }
            }

            throw new RpcException($"PM2 went away during {method}");
        }
        catch (Exception e) when (e is SocketException or InvalidDataException or System.Text.Json.JsonException)
        {
            throw new RpcException($"PM2 does not answer {method}: {e.Message}");
        }
    }

    /// <summary>Calls a method that answers nothing.</summary>
    public void Tell(string method, JsonNode? argument)
    {
        try
        {
            _socket.Send(Frame(method, argument, "migrate:end"));
        }
        catch (SocketException)
        {
            // It is gone already, which is what is wanted.
        }
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Frame(string method, JsonNode? argument, string id) =>
        AmpFrame.Of(AmpFrame.Json(new JsonObject { ["type"] = "call", ["method"] = method, ["args"] = new JsonArray(argument) }), AmpFrame.Text(id));
}
