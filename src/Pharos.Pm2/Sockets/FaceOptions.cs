using System.Net.Sockets;
using Pharos.Contracts.Client;
using Pharos.Pm2.Home;

namespace Pharos.Pm2.Sockets;

/// <summary>What PM2's sockets need of the daemon that they are served in.</summary>
internal sealed class FaceOptions
{
    /// <summary>PM2's folder.</summary>
    public required Pm2Home Home { get; init; }

    /// <summary>The daemon's own control API.</summary>
    public required PharosClient Client { get; init; }

    /// <summary>The daemon's environment.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Whether a peer may command this daemon.</summary>
    public required Func<Socket, bool> IsAllowed { get; init; }

    /// <summary>Process id of a peer.</summary>
    public required Func<Socket, int> PidOf { get; init; }

    /// <summary>Runs <c>PROGRAM --version</c> and gives what it said.</summary>
    public required Func<string, CancellationToken, Task<string>> AskVersion { get; init; }

    /// <summary>Sends SIGQUIT: so PM2's client learns that the daemon is gone.</summary>
    public required Action<int> Quit { get; init; }

    /// <summary>Takes a line for the daemon's log.</summary>
    public required Action<string> Say { get; init; }
}
