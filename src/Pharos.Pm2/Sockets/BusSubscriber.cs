using System.Net.Sockets;
using System.Threading.Channels;

namespace Pharos.Pm2.Sockets;

/// <summary>Who listens on the event socket. What it does not read waits up to a bound; then the oldest goes, and is counted: a stopped listener costs no more than that.</summary>
internal sealed class BusSubscriber
{
    private const int MostFrames = 10_000;
    private const int MostBytes = 4 * 1024 * 1024;
    private readonly Channel<byte[]> _waiting = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = false });
    private int _frames;
    private long _bytes;
    private long _dropped;

    /// <summary>How many events it missed.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Bytes that wait for it.</summary>
    public long Waiting => Interlocked.Read(ref _bytes);

    /// <summary>Takes an event. Never blocks.</summary>
    public void Post(byte[] frame)
    {
        Interlocked.Increment(ref _frames);
        Interlocked.Add(ref _bytes, frame.Length);
        if (!_waiting.Writer.TryWrite(frame))
            Taken(frame);
        while ((Volatile.Read(ref _frames) > MostFrames || Waiting > MostBytes) && _waiting.Reader.TryRead(out var oldest))
        {
            Taken(oldest);
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Sends until it goes.</summary>
    /// <param name="peer">Its connection.</param>
    /// <param name="stop">The daemon goes.</param>
    public async Task RunAsync(Socket peer, CancellationToken stop)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watching = WatchAsync(peer, gone);
        try
        {
            await foreach (var frame in _waiting.Reader.ReadAllAsync(gone.Token))
            {
                Taken(frame);
                for (var rest = frame.AsMemory(); rest.Length > 0;)
                    rest = rest[await peer.SendAsync(rest, gone.Token)..];
            }

            peer.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // It went away, or the daemon goes.
        }
        finally
        {
            _waiting.Writer.TryComplete();
            await gone.CancelAsync();
            await watching;
        }
    }

    /// <summary>Nothing follows: what waits is sent, then the connection ends.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>A listener says nothing, so the end of its stream is the end of it.</summary>
    private static async Task WatchAsync(Socket peer, CancellationTokenSource gone)
    {
        var ignored = new byte[256];
        try
        {
            while (await peer.ReceiveAsync(ignored, gone.Token) > 0)
                continue;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // As above.
        }

        await gone.CancelAsync();
    }

    private void Taken(byte[] frame)
    {
        Interlocked.Decrement(ref _frames);
        Interlocked.Add(ref _bytes, -frame.Length);
    }
}
