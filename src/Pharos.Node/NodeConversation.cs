using System.Runtime.InteropServices;
using System.Text.Json;
using Pharos.Core.Ports;
using Pharos.Node.Monitoring;
using Pharos.Node.Wire;

namespace Pharos.Node;

/// <summary>The talk with one Node process: its own words are told as they come, the runtime's are answered here.</summary>
internal sealed class NodeConversation : IConversation
{
    private readonly IMessageChannel _channel;
    private readonly Action<RuntimeWord> _heard;
    private volatile bool _over;

    /// <param name="channel">Its channel.</param>
    /// <param name="heard">Takes what is understood.</param>
    public NodeConversation(IMessageChannel channel, Action<RuntimeWord> heard)
    {
        _channel = channel;
        _heard = heard;
        channel.Listen(Take, () => Tell(new RuntimeWord.Disconnected()));
    }

    /// <inheritdoc/>
    public bool Send(string json) => _channel.Send(json);

    /// <inheritdoc/>
    public bool Ask(string action, string? parameterJson) => _channel.Send(MonitorWords.Order(action, parameterJson));

    /// <inheritdoc/>
    public void Disconnect() => _channel.Close();

    /// <inheritdoc/>
    public void Dispose() => _over = true;

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
            case "NODE_HANDLE":
                // process.send('x', socket): Node sends nothing more until it is told that the handle came.
                _channel.Send("{\"cmd\":\"NODE_HANDLE_ACK\"}");
                if (said.TryGetProperty("msg", out var inner) && NodeLine.CommandOf(inner) is null)
                    TakeOwn(inner.GetRawText(), inner);
                break;
            default:
                break; // words of the runtime that nobody here needs
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
            _heard(word);
    }
}
