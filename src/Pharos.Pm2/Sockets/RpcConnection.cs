using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pharos.Pm2.Sockets;

/// <summary>One client of the request socket. Calls are answered as they get done; each answer carries the id of its question.</summary>
internal sealed class RpcConnection(Socket peer, IRpcMethods methods) : IDisposable
{
    private const int LongestMessage = 16 * 1024 * 1024;
    private const int MostCalls = 64; // at a time; the next is read when one is done
    private readonly SemaphoreSlim _calls = new(MostCalls);
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Serves until the client goes.</summary>
    /// <param name="stop">The daemon goes.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        var reader = new AmpFrame.Reader(LongestMessage);
        var buffer = new byte[16 * 1024];
        while (await peer.ReceiveAsync(buffer, stop) is > 0 and var count)
        {
            foreach (var arguments in reader.Take(buffer.AsSpan(0, count)))
            {
                if (arguments.Count == 0)
                    continue;
                await _calls.WaitAsync(stop);
                _ = AnswerAsync(arguments, stop);
            }
        }

        // What was asked for is done all the same, as under PM2; only nobody hears of it.
        for (var i = 0; i < MostCalls; i++)
            await _calls.WaitAsync(stop);
    }

    private async Task AnswerAsync(List<byte[]> arguments, CancellationToken stop)
    {
        try
        {
            var answer = await CallAsync(arguments[0], stop);
            if (answer is null)
                return;
            await _writing.WaitAsync(stop);
            try
            {
                var frame = AmpFrame.Of(AmpFrame.Json(answer), arguments[^1]).AsMemory();
                while (frame.Length > 0)
                    frame = frame[await peer.SendAsync(frame, stop)..];
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, or the daemon goes.
        }
        finally
        {
            _calls.Release();
        }
    }

    private async Task<JsonObject?> CallAsync(byte[] question, CancellationToken stop)
    {
        try
        {
            if (AmpFrame.ReadJson(question) is not JsonObject call)
                return Error("a call is a JSON object");
            if (call["type"]?.ToString() == "methods")
                return new JsonObject { ["methods"] = new JsonObject(methods.Names.Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject { ["name"] = name, ["params"] = new JsonArray() }))) };
            if (call["method"]?.ToString() is not { Length: > 0 } method)
                return Error(".method required");
            if (!methods.Names.Contains(method))
                return Error($"method \"{method}\" does not exist");
            if (call["args"] is not JsonArray args)
                return Error(".args required");
            var result = await methods.CallAsync(method, args, peer, stop);
            return result.IsSilent ? null : new JsonObject { ["args"] = new JsonArray([.. result.Values]) };
        }
        catch (RpcException e)
        {
            return Error(e.Message);
        }
        catch (JsonException e)
        {
            return Error(e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Error($"the daemon cannot do that: {e.Message}");
        }
    }

    private static JsonObject Error(string line) => new() { ["error"] = line, ["stack"] = "Error: " + line };

    public void Dispose()
    {
        _calls.Dispose();
        _writing.Dispose();
    }
}
