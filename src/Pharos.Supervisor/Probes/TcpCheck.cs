using System.Net.Sockets;

namespace Pharos.Supervisor.Probes;

/// <summary>Whether something accepts connections at an address or at a socket in the file system.</summary>
/// <param name="target"><c>PORT</c>, <c>HOST:PORT</c>, <c>[V6]:PORT</c> or <c>/PATH</c>.</param>
internal sealed class TcpCheck(string target) : IProbeCheck
{
    public async Task<ProbeAnswer> AskAsync(CancellationToken cancel)
    {
        try
        {
            if (target.StartsWith('/'))
            {
                using var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await unix.ConnectAsync(new UnixDomainSocketEndPoint(target), cancel);
                return ProbeAnswer.Yes;
            }

            var colon = target.LastIndexOf(':');
            var host = colon < 0 ? "127.0.0.1" : target[..colon].Trim('[', ']');
            if (!ushort.TryParse(target[(colon + 1)..], out var port) || port == 0)
                return ProbeAnswer.No($"'{target}' has no port");
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(host, port, cancel);
            return ProbeAnswer.Yes;
        }
        catch (SocketException e)
        {
            return ProbeAnswer.No(e.Message);
        }
        catch (ArgumentException e)
        {
            return ProbeAnswer.No(e.Message); // a socket's path that is too long
        }
    }
}
