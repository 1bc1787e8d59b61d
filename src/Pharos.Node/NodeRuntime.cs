using Pharos.Core.Identity;
using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Node;

/// <summary>The processes of one instance of a Node app.</summary>
/// <param name="app">What it has in common with the other instances.</param>
/// <param name="spec">The app as this instance has it.</param>
/// <param name="leave">Called when it is gone.</param>
internal sealed class NodeRuntime(NodeApp app, AppSpec spec, Action leave) : IAppRuntime
{
    private int _disposed;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> Variables(InstanceKey key, int incarnation, IReadOnlyDictionary<string, string> env)
    {
        List<KeyValuePair<string, string>> variables = [.. app.Preload.Variables(spec, env)];
        if (spec.Cluster is null)
            return variables;
        variables.Add(new("NODE_UNIQUE_ID", (key.Index + 1).ToString())); // its presence makes Node a worker; becomes cluster.worker.id
        if (spec.InstanceVar is null && !env.ContainsKey("NODE_APP_INSTANCE"))
            variables.Add(new("NODE_APP_INSTANCE", key.Index.ToString()));
        return variables;
    }

    /// <inheritdoc/>
    public IConversation Begin(InstanceKey key, int incarnation, IHostedProcess process, IMessageChannel channel, bool isNew, Action<RuntimeWord> heard)
    {
        var cluster = spec.Cluster is null ? null : app.Primary;
        var talk = new NodeConversation(channel, heard, cluster, cluster is null ? null : new(key.Index, incarnation, channel), process, app.Preload.Variables(spec, spec.Env).Any());
        talk.Begin(isNew);
        return talk;
    }

    /// <inheritdoc/>
    public void Settled(InstanceKey key) => app.Primary.Settled(key.Index);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            leave();
    }
}
