using System.Net.Sockets;
using Pharos.Supervisor;

namespace Pharos.Daemon.Service;

/// <summary>Tells the service manager how many instances run, and gives a sign of life at half of its interval: only while the control socket answers a
/// request and every actor takes its turn. A daemon that hangs says nothing, is ended and started anew, and takes its apps back.</summary>
internal sealed class SignsOfLife : IAsyncDisposable
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(10);
    private static readonly byte[] Request = "GET /v1/daemon HTTP/1.1\r\nHost: pharos\r\nConnection: close\r\n\r\n"u8.ToArray();
    private readonly CancellationTokenSource _end = new();
    private readonly ServiceManager _manager;
    private readonly ProcessSupervisor _supervisor;
    private readonly string _socket;
    private readonly Action<string> _say;
    private readonly Task _loop;

    public SignsOfLife(ServiceManager manager, ProcessSupervisor supervisor, string socket, Action<string> say)
    {
        (_manager, _supervisor, _socket, _say) = (manager, supervisor, socket, say);
        _loop = manager.Name is null ? Task.CompletedTask : Task.Run(RunAsync);
    }

    /// <summary>How it goes, in one line.</summary>
    public static string Describe(ProcessSupervisor supervisor)
    {
        var (all, running) = (0, 0);
        foreach (var actor in supervisor.Actors)
        {
            all++;
            running += actor.Snapshot.State.Alive ? 1 : 0;
        }

        return $"{running} of {all} instances run{(supervisor.StateError is { } error ? $"; the state cannot be saved: {error}" : "")}";
    }

    private async Task RunAsync()
    {
        var interval = _manager.Watchdog / 2 ?? StatusInterval;
        var (told, silent) = ("", false);
        using var timer = new PeriodicTimer(interval);
        try
        {
            do
            {
                if (_manager.Watchdog is not null)
                {
                    var fault = await FaultAsync(interval / 2);
                    if (fault is null)
                        _manager.Alive();
                    else if (!silent)
                        _say($"no sign of life for the service manager: {fault}");
                    silent = fault is not null;
                }

                if (Describe(_supervisor) is var now && now != told)
                    _manager.Status(told = now);
            }
            while (await timer.WaitForNextTickAsync(_end.Token));
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    /// <summary>What does not answer; null: everything does.</summary>
    private async Task<string?> FaultAsync(TimeSpan patience)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        deadline.CancelAfter(patience);
        try
        {
            await _supervisor.AnswersAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!_end.IsCancellationRequested)
        {
            return "an actor does not take its turn";
        }

        try
        {
            return await AskAsync(deadline.Token) ? null : "the control socket gives a wrong answer";
        }
        catch (Exception e) when ((e is OperationCanceledException && !_end.IsCancellationRequested) || e is SocketException)
        {
            return $"the control socket does not answer: {e.Message}";
        }
    }

    private async Task<bool> AskAsync(CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancel);
        await socket.SendAsync(Request, cancel);
        var answer = new byte[12]; // HTTP/1.1 200
        var length = 0;
        for (int n; length < answer.Length && (n = await socket.ReceiveAsync(answer.AsMemory(length), cancel)) > 0;)
            length += n;
        return answer.AsSpan(0, length).SequenceEqual("HTTP/1.1 200"u8);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _end.Dispose();
    }
}
