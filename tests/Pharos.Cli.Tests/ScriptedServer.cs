using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Pharos.Cli.Tests;

/// <summary>A request as it came over the socket.</summary>
public sealed record SeenRequest(string Head, byte[] Body)
{
    public string Line => Head.Split("\r\n")[0];

    public string? Header(string name) =>
        Head.Split("\r\n").Skip(1).Select(l => l.Split(": ", 2)).FirstOrDefault(p => p[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];
}

/// <summary>A server on a unix socket that answers what a test tells it to, byte for byte, one exchange per connection.</summary>
public sealed class ScriptedServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<SeenRequest, IEnumerable<byte[]>> _answer;
    private readonly Task _serving;

    public ScriptedServer(string socketPath, Func<SeenRequest, IEnumerable<byte[]>> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        _listener.Listen();
        _serving = Serve();
    }

    public ScriptedServer(string socketPath, string answer)
        : this(socketPath, _ => [Encoding.UTF8.GetBytes(answer)])
    {
    }

    public ConcurrentQueue<SeenRequest> Requests { get; } = [];

    /// <summary>A whole response.</summary>
    public static string Response(string body, int status = 200, string headers = "") =>
        $"HTTP/1.1 {status} X\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}";

    public void Dispose()
    {
        _listener.Dispose();
        _serving.Wait(TimeSpan.FromSeconds(10));
    }

    private async Task Serve()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return; // disposed: the test is over
            }

            using (client)
            {
                if (await Read(client) is { } request)
                {
                    Requests.Enqueue(request);
                    await Write(client, request);
                }
            }
        }
    }

    private async Task Write(Socket client, SeenRequest request)
    {
        try
        {
            foreach (var piece in _answer(request))
            {
                for (var sent = 0; sent < piece.Length;)
                {
                    sent += await client.SendAsync(piece.AsMemory(sent));
                }
            }
        }
        catch (SocketException)
        {
            // the client went away in the middle, which some tests are about
        }
    }

    private static async Task<SeenRequest?> Read(Socket client)
    {
        var bytes = new List<byte>();
        var buffer = new byte[8192];
        while (true)
        {
            var n = await client.ReceiveAsync(buffer);
            bytes.AddRange(buffer.AsSpan(0, n));
            var text = Encoding.Latin1.GetString([.. bytes]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var request = new SeenRequest(text[..end], [.. bytes.Skip(end + 4)]);
                var length = int.Parse(request.Header("Content-Length") ?? "0");
                if (request.Body.Length >= length)
                {
                    return request;
                }
            }

            if (n == 0)
            {
                return null;
            }
        }
    }
}
