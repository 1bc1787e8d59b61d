using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pharos.Example;

/// <summary>
/// Just enough HTTP/1.1 over blocking sockets, a thread a connection: ready within a tenth of the time a web framework takes
/// to be, which matters to whoever measures restarts.
/// </summary>
internal sealed class HttpServer(int port, Func<Request, Response> answer) : IDisposable
{
    private const int LongestHead = 8192;
    private const int StackBytes = 256 * 1024;
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private int _busy;

    /// <summary>Requests being answered right now.</summary>
    public int Busy => Volatile.Read(ref _busy);

    /// <exception cref="SocketException">The port is in use.</exception>
    public void Listen()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(512);
    }

    /// <summary>Accepts until disposed.</summary>
    public void Run()
    {
        while (true)
        {
            Socket connection;
            try
            {
                connection = _listener.Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return; // closed: we are stopping
            }

            new Thread(() => Serve(connection), StackBytes) { IsBackground = true }.Start();
        }
    }

    /// <summary>Ends <see cref="Run"/>; requests under way go on.</summary>
    public void Dispose() => _listener.Dispose();

    private void Serve(Socket connection)
    {
        using (connection)
        {
            try
            {
                connection.NoDelay = true;
                ServeAll(connection);
            }
            catch (SocketException)
            {
                // The client went away: its business.
            }
        }
    }

    private void ServeAll(Socket connection)
    {
        var buffer = new byte[LongestHead];
        var filled = 0;
        while (true)
        {
            int end;
            while ((end = buffer.AsSpan(0, filled).IndexOf(EndOfHead)) < 0)
            {
                var read = filled < buffer.Length ? connection.Receive(buffer.AsSpan(filled)) : 0;
                if (read == 0)
                {
                    return; // closed, or a head longer than we take
                }

                filled += read;
            }

            if (!ServeOne(connection, Request.Parse(buffer.AsSpan(0, end))))
            {
                return;
            }

            end += EndOfHead.Length;
            buffer.AsSpan(end, filled - end).CopyTo(buffer); // the next request may be here already
            filled -= end;
        }
    }

    /// <returns>Whether the connection stays open.</returns>
    private bool ServeOne(Socket connection, Request? request)
    {
        Interlocked.Increment(ref _busy);
        try
        {
            var since = Stopwatch.GetTimestamp();
            var response = request is null ? new Response(400, "not HTTP/1.1") : answer(request);
            var close = request is null or { Close: true } || response.Status == 405; // its body is not read
            connection.Send(response.ToBytes(request?.Method == "HEAD", close));
            var elapsed = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
            Log.Info($"{request?.Method} {request?.Path} {response.Status} in {elapsed:0.0} ms");
            response.Afterwards?.Invoke();
            return !close;
        }
        finally
        {
            Interlocked.Decrement(ref _busy);
        }
    }
}
