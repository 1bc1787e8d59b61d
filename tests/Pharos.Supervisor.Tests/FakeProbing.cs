using System.Collections.Concurrent;
using Pharos.Core.Ports;

namespace Pharos.Supervisor.Tests;

/// <summary>Exec probes that answer as the test says: by command.</summary>
internal sealed class FakeCommands : ICommandRunner
{
    public ConcurrentDictionary<string, CommandResult> Answers { get; } = new();

    public ConcurrentQueue<CommandRequest> Asked { get; } = new();

    public int TimesAsked(string command) => Asked.Count(a => a.Command == command);

    public Task<CommandResult> RunAsync(CommandRequest request, CancellationToken cancel)
    {
        Asked.Enqueue(request);
        return Task.FromResult(Answers.GetValueOrDefault(request.Command, new CommandResult(false, "exit code 1")));
    }
}

/// <summary>Notify sockets without a kernel.</summary>
internal sealed class FakeNotify : INotifySockets
{
    private readonly ConcurrentDictionary<string, Action<string>> _open = new();

    public IReadOnlyCollection<string> Open => [.. _open.Keys];

    public void Say(string message)
    {
        foreach (var said in _open.Values)
            said(message);
    }

    INotifySocket? INotifySockets.Open(string name, string? user, Action<string> said, out string refused)
    {
        refused = "";
        _open[name] = said;
        return new Socket("/run/" + name, () => _open.TryRemove(name, out _));
    }

    private sealed class Socket(string address, Action close) : INotifySocket
    {
        public string Address => address;

        public void Dispose() => close();
    }
}
