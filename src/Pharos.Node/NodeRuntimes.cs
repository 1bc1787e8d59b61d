using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Node;

/// <summary>Node, as the daemon's other rooms see it.</summary>
public sealed class NodeRuntimes : IAppRuntimes
{
    /// <inheritdoc/>
    public IAppRuntime For(AppSpec spec) => new NodeRuntime();

    /// <inheritdoc/>
    /// <remarks>By its name: the first node in a chain takes the channel, so one that npm or a shell script starts gets none of ours.</remarks>
    public bool Speaks(string executable) => executable[(executable.LastIndexOf('/') + 1)..] is "node" or "nodejs";
}
