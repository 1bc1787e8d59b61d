using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pharos.Api;

/// <summary>Gives the server connections from a listening socket that is not the server's: stopping the server leaves it listening, and who connects
/// meanwhile waits in its queue. Kestrel's own transport closes it, and .NET's close may shut a socket down that others still have open.</summary>
/// <param name="socket">Bound and listening.</param>
/// <param name="gate">When it closes, no more connections are taken in.</param>
public sealed class ControlListener(Socket socket, DaemonGate gate) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is UnixDomainSocketEndPoint;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Listener(endpoint, socket, gate));

    private sealed class Listener(EndPoint endpoint, Socket socket, DaemonGate gate) : IConnectionListener
    {
        private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
        private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(gate.Closing);

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    return _connections.Create(await socket.AcceptAsync(_end.Token));
                }
                catch (OperationCanceledException)
                {
                    return null; // the end of accepting
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
                {
                    // Ignoring: that client went away again.
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None); // it stays in the queue until there is room
                }
            }
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default) => await _end.CancelAsync();

        public ValueTask DisposeAsync()
        {
            _end.Dispose();
            _connections.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
