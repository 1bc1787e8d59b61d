using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Logs.Pump;
using Pharos.Logs.Shipping;
using Pharos.Supervisor.Messages;
using Pharos.Telemetry.Records;

namespace Pharos.Supervisor.Actors;

/// <summary>What every actor works with.</summary>
public sealed class ActorServices
{
    /// <summary>Makes processes.</summary>
    public required IProcessHost Host { get; init; }

    /// <summary>Reads their output.</summary>
    public required LogPump Pump { get; init; }

    /// <summary>Runs the commands of exec probes.</summary>
    public required ICommandRunner Commands { get; init; }

    /// <summary>Where apps say of themselves how they are.</summary>
    public required INotifySockets Notify { get; init; }

    /// <summary>Waits for what an app depends on; gives null, or one line that says what will not come and why. The supervisor sets it.</summary>
    internal Func<AppSpec, CancellationToken, Task<string?>> AwaitDependencies { get; set; } = (_, _) => Task.FromResult<string?>(null);

    /// <summary>Writes the state now. The supervisor sets it.</summary>
    internal Action SaveNow { get; set; } = () => { };

    /// <summary>What there is in the spool folder, by slot, while instances are brought back: of a thousand each would read the folder of all. Null: it is looked at.</summary>
    internal ILookup<string, string>? Spooled { get; set; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Paths and names.</summary>
    public required SupervisorOptions Options { get; init; }

    /// <summary>Takes events towards the destination; null: there is none.</summary>
    public ILogSink? Sink { get; init; }

    /// <summary>Sends the apps' output; null: there is no destination for it.</summary>
    public StreamSources? Shipping { get; init; }

    /// <summary>Tells which files change; null: nobody does.</summary>
    public IFileWatch? Files { get; init; }

    /// <summary>Takes a line for the daemon's own log.</summary>
    public required Action<string> Say { get; init; }

    /// <summary>Speaks with processes over their channels; null: nobody does, and no channel is given.</summary>
    public IAppRuntimes? Runtimes { get; init; }

    /// <summary>Opens sockets for apps; null: nobody does, and an app that asks for one is refused.</summary>
    public IListenSockets? Sockets
    {
        init => Shelf = value is null ? null : new SocketShelf(value);
    }

    /// <summary>The sockets that apps listen on.</summary>
    internal SocketShelf? Shelf { get; private init; }

    /// <summary>What apps say over their channels.</summary>
    public AppMessages Messages { get; } = new();

    /// <summary>The supervisor's own numbers.</summary>
    public SupervisorStats Stats { get; } = new();

    /// <summary>Changes of all instances.</summary>
    public InstanceEventHub Events { get; } = new();
}
