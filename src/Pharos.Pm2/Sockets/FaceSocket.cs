using System.Net.Sockets;

namespace Pharos.Pm2.Sockets;

/// <summary>
/// One of PM2's sockets: a unix socket of mode 600 whose peers are asked who they are. The folder that it lies in may be deleted under us (NocoBase does that
/// at each start): the socket is made again as soon as there is a folder.
/// </summary>
internal sealed class FaceSocket : IAsyncDisposable
{
    private const int Backlog = 64;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly Func<Socket, bool> _isAllowed;
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private string? _said;

    /// <param name="path">Path of the socket.</param>
    /// <param name="isAllowed">Whether a peer may talk to us.</param>
    /// <param name="serve">Talks with a peer until it goes.</param>
    /// <param name="say">Takes a line for the daemon's log.</param>
    public FaceSocket(string path, Func<Socket, bool> isAllowed, Func<Socket, CancellationToken, Task> serve, Action<string> say)
    {
        (_path, _isAllowed, _serve, _say) = (path, isAllowed, serve, say);
        var first = TryBind();
        _loop = Task.Run(() => RunAsync(first));
    }

    private async Task RunAsync(Socket? listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            if (listener is not null)
            {
                using (listener)
                {
                    using var round = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                    var accepting = AcceptAsync(listener, round.Token);
                    await UntilGoneAsync();
                    await round.CancelAsync();
                    await accepting;
                }
            }

            if (_stop.IsCancellationRequested)
                return;
            listener = TryBind();
            if (listener is null)
                await PauseAsync();
        }
    }

    private Socket? TryBind()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (SomebodyAnswers())
                throw new IOException("somebody else answers there, PM2 itself most likely: 'pharos migrate' takes its apps over");
            File.Delete(_path); // of a daemon that was killed
            socket.Bind(new UnixDomainSocketEndPoint(_path));
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            _said = null;
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            if (_said != e.Message && Directory.Exists(Path.GetDirectoryName(_path)))
                _say($"cannot listen on {_path}: {e.Message}");
            _said = e.Message;
            return null;
        }
    }

    private bool SomebodyAnswers()
    {
        if (!File.Exists(_path))
            return false;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(_path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task UntilGoneAsync()
    {
        while (!_stop.IsCancellationRequested && File.Exists(_path))
            await PauseAsync();
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(Look, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The daemon ends.
        }
    }

    /// <summary>Peers of a socket whose file is gone are served on: they hold the connection, not the name.</summary>
    private async Task AcceptAsync(Socket listener, CancellationToken round)
    {
        while (true)
        {
            try
            {
                var peer = await listener.AcceptAsync(round);
                _ = ServeAsync(peer);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                _say($"{_path}: {e.Message}");
                await PauseAsync(); // out of descriptors, most likely
            }
        }
    }

    private async Task ServeAsync(Socket peer)
    {
        using (peer)
        {
            try
            {
                if (_isAllowed(peer))
                    await _serve(peer, _stop.Token);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The peer went away, or the daemon goes.
            }
            catch (Exception e)
            {
                _say($"{_path}: a connection was ended: {e.Message}");
            }
        }
    }

    /// <summary>Ends all connections and removes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ignoring: the folder is gone or read-only, and who comes next deletes it.
        }

        _stop.Dispose();
    }
}
