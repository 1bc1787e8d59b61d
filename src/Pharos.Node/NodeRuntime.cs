using Pharos.Core.Identity;
using Pharos.Core.Ports;

namespace Pharos.Node;

/// <summary>The processes of one Node app.</summary>
internal sealed class NodeRuntime : IAppRuntime
{
    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> Variables(InstanceKey key, int incarnation, IReadOnlyDictionary<string, string> env) => [];

    /// <inheritdoc/>
    public IConversation Begin(InstanceKey key, int incarnation, IHostedProcess process, IMessageChannel channel, bool isNew, Action<RuntimeWord> heard) =>
        new NodeConversation(channel, heard);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
