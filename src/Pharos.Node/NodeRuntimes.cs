using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Node.Cluster;

namespace Pharos.Node;

/// <summary>Node, as the daemon's other rooms see it.</summary>
/// <param name="sockets">Opens what apps share.</param>
/// <param name="folder">Where the preload and the notes are, on the machine's memory where there is some: they concern running processes only.</param>
/// <param name="say">Takes a line for the daemon's log.</param>
public sealed class NodeRuntimes(IListenSockets sockets, string folder, Action<string> say) : IAppRuntimes
{
    private readonly Lock _lock = new(); // guards _apps and the counts of users
    private readonly Dictionary<string, NodeApp> _apps = new(StringComparer.Ordinal);
    private readonly Lazy<Preload> _preload = new(() => new Preload(folder, say));

    /// <inheritdoc/>
    public IAppRuntime For(AppSpec spec)
    {
        lock (_lock)
        {
            if (!_apps.TryGetValue(spec.Name, out var app))
                _apps[spec.Name] = app = new NodeApp(new ClusterPrimary(sockets, new ListenerNotes(Path.Combine(folder, $"{spec.Name}.listeners"), say)), _preload);
            app.Spec = spec;
            app.Users++;
            return new NodeRuntime(app, spec, () => Leave(spec.Name, app));
        }
    }

    /// <inheritdoc/>
    /// <remarks>By its name: the first node in a chain takes the channel, so one that npm or a shell script starts gets none of ours.</remarks>
    public bool Speaks(string executable) => executable[(executable.LastIndexOf('/') + 1)..] is "node" or "nodejs";

    /// <summary>Nothing runs any more: what was put there for processes goes.</summary>
    public void Tidy()
    {
        if (_preload.IsValueCreated)
            _preload.Value.Delete();
    }

    private void Leave(string name, NodeApp app)
    {
        lock (_lock)
        {
            if (--app.Users > 0)
                return;
            _apps.Remove(name);
        }

        app.Primary.Abandon();
    }
}

/// <summary>What the instances of one app have in common.</summary>
/// <param name="primary">Shares their listeners.</param>
/// <param name="preload">The script in them.</param>
internal sealed class NodeApp(ClusterPrimary primary, Lazy<Preload> preload)
{
    /// <summary>Shares their listeners.</summary>
    public ClusterPrimary Primary { get; } = primary;

    /// <summary>The script in them.</summary>
    public Preload Preload => preload.Value;

    /// <summary>Instances that hold this.</summary>
    public int Users { get; set; }

    /// <summary>The app as it is now.</summary>
    public AppSpec? Spec
    {
        get => field;
        set
        {
            field = value;
            Primary.Balance = value?.Cluster ?? ClusterBalance.Shared;
        }
    }
}
