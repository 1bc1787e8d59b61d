using System.Runtime.InteropServices;
using System.Text.Json;
using Pharos.Core.Ports;
using Pharos.Node.Cluster;
using Pharos.Node.Monitoring;
using Pharos.Node.Wire;

namespace Pharos.Node;

/// <summary>The talk with one Node process: its own words are told as they come, the runtime's are answered here.</summary>
/// <param name="channel">Its channel.</param>
/// <param name="heard">Takes what is understood.</param>
/// <param name="primary">Shares listeners with it; null: it is no worker of a cluster.</param>
/// <param name="worker">It, as the primary sees it.</param>
/// <param name="process">Its process.</param>
/// <param name="hasPreload">Our script is in it.</param>
internal sealed class NodeConversation(IMessageChannel channel, Action<RuntimeWord> heard, ClusterPrimary? primary, ClusterWorker? worker, IHostedProcess process, bool hasPreload) : IConversation
{
    private const string Taken = "{\"cmd\":\"NODE_HANDLE_ACK\"}";
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(1);

    private volatile bool _over;

    /// <summary>Begins to listen.</summary>
    /// <param name="isNew">False: an earlier daemon talked with it before.</param>
    public void Begin(bool isNew)
    {
        primary?.Join(worker!);
        if (!isNew)
            primary?.Recognize(worker!, process);
        channel.Listen(Take, () => Tell(new RuntimeWord.Disconnected()));
    }

    /// <inheritdoc/>
    public bool IsListening => worker is not null && primary!.IsUsing(worker);

    /// <inheritdoc/>
    public bool Send(string json) => channel.Send(json);

    /// <inheritdoc/>
    public bool Ask(string action, string? parameterJson) => channel.Send(MonitorWords.Order(action, parameterJson));

    /// <inheritdoc/>
    public void Disconnect() => channel.Close();

    /// <inheritdoc/>
    public bool Drain()
    {
        if (worker is not null)
            primary!.Retire(worker);
        if (hasPreload)
            return channel.Send(PreloadWords.Drain(IdleConnection));
        return worker is not null && channel.Send(ClusterWords.Disconnect(worker.Next()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _over = true;
        if (worker is not null)
            primary!.Leave(worker);
    }

    private void Take(string json, SafeHandle? descriptor)
    {
        using (descriptor)
        {
            if (NodeLine.TryParse(json) is not { } document)
                return; // half a message of an earlier daemon's last instant, or no JSON at all
            using (document)
                Take(json, document.RootElement);
        }
    }

    private void Take(string json, JsonElement said)
    {
        switch (NodeLine.CommandOf(said))
        {
            case null:
                TakeOwn(json, said);
                break;
            case "NODE_CLUSTER" when worker is not null:
                if (primary!.Take(worker, said, process) is { } address)
                    Tell(new RuntimeWord.Listening(address));
                break;
            case PreloadWords.Command:
                TakeOurs(said);
                break;
            case "NODE_HANDLE":
                // process.send('x', socket): Node sends nothing more until it is told that the handle came.
                channel.Send(Taken);
                if (said.TryGetProperty("msg", out var inner) && NodeLine.CommandOf(inner) is null)
                    TakeOwn(inner.GetRawText(), inner);
                break;
            default:
                break; // words of the runtime that nobody here needs
        }
    }

    private void TakeOurs(JsonElement said)
    {
        switch (NodeLine.Text(said, "act"))
        {
            case "drained":
                Tell(new RuntimeWord.Drained());
                break;
            case "http":
                channel.Send(PreloadWords.Received);
                if (PreloadWords.Served(said) is { } served)
                    Tell(served);
                break;
        }
    }

    private void TakeOwn(string json, JsonElement said)
    {
        if (said.ValueKind == JsonValueKind.String && said.ValueEquals("ready"))
            Tell(new RuntimeWord.Ready());
        Tell(new RuntimeWord.Message(json));
        if (MonitorWords.Read(said) is { } word)
            Tell(word);
    }

    private void Tell(RuntimeWord word)
    {
        if (!_over)
            heard(word);
    }
}
