using System.Net;
using System.Net.Sockets;

namespace Pharos.TestKit;

/// <summary>Finds loopback ports that nobody listens on.</summary>
public static class FreePort
{
    // Below the range the kernel takes outgoing connections' ports from (32768 and up unless changed, ip(7)): between the search
    // and the server's own bind no client connection can take the port. The start differs per process, so that two test runs on
    // one machine seldom look at the same port at the same time.
    private const int First = 15_000;
    private const int Count = 17_000;

    private static int _next = Random.Shared.Next(Count);

    /// <summary>A TCP port free on 127.0.0.1; never the same twice in this process (until all have been given out).</summary>
    public static int Next()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"no free port between {First} and {First + Count}");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false; // in use, which is the answer
        }
    }
}
