using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pharos.EndToEnd.Tests.Kit;

/// <summary>Clients of an HTTP server that ask without a pause, and say what went wrong.</summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Hung = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _enough = new();
    private readonly List<Task> _clients;
    private readonly int _port;
    private readonly bool _keepAlive;
    private int _answered, _refused, _broken, _hung;

    public Load(int port, int clients, bool keepAlive)
    {
        (_port, _keepAlive) = (port, keepAlive);
        _clients = [.. Enumerable.Range(0, clients).Select(_ => Task.Run(AskAsync))];
    }

    /// <summary>Who answered how often, by what the answer says.</summary>
    public ConcurrentDictionary<string, int> Answers { get; } = new();

    public int Answered => Volatile.Read(ref _answered);

    public (int Refused, int Broken, int Hung) Failures => (Volatile.Read(ref _refused), Volatile.Read(ref _broken), Volatile.Read(ref _hung));

    /// <summary>Waits until so many more were answered.</summary>
    public Task MoreAsync(int count)
    {
        var until = Answered + count;
        return Eventually.True(() => Answered >= until, $"{count} more answers; {Answered} so far, failures {Failures}");
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await Task.WhenAll(_clients);
        _enough.Dispose();
    }

    private async Task AskAsync()
    {
        var request = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: x\r\n{(_keepAlive ? "" : "Connection: close\r\n")}\r\n");
        var buffer = new byte[4096];
        Socket? socket = null;
        while (!_enough.IsCancellationRequested)
        {
            using var late = new CancellationTokenSource(Hung);
            var closes = true;
            try
            {
                if (socket is null)
                {
                    socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    await socket.ConnectAsync(IPAddress.Loopback, _port, late.Token);
                }

                await socket.SendAsync(request, late.Token);
                var answer = "";
                while (!answer.EndsWith(".\n", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, late.Token) is > 0 and var count)
                    answer += Encoding.ASCII.GetString(buffer, 0, count);
                if (!answer.EndsWith(".\n", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref _broken);
                }
                else
                {
                    Interlocked.Increment(ref _answered);
                    Answers.AddOrUpdate(answer[(answer.LastIndexOf('\n', answer.Length - 3) + 1)..].Trim(), 1, (_, n) => n + 1);
                    closes = !_keepAlive || answer.Contains("Connection: close", StringComparison.OrdinalIgnoreCase);
                }
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _hung);
            }
            catch (SocketException e)
            {
                Interlocked.Increment(ref e.SocketErrorCode == SocketError.ConnectionRefused ? ref _refused : ref _broken);
            }

            if (closes)
            {
                socket?.Dispose();
                socket = null;
            }
        }

        socket?.Dispose();
    }
}
