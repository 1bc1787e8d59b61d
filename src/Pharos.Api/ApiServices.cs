using System.Net.Sockets;
using Pharos.Contracts;
using Pharos.Supervisor;
using Pharos.Telemetry.Records;

namespace Pharos.Api;

/// <summary>What the endpoints work with. The executable wires it.</summary>
public sealed class ApiServices
{
    /// <summary>All apps.</summary>
    public required ProcessSupervisor Supervisor { get; init; }

    /// <summary>The daemon itself.</summary>
    public required DaemonView Daemon { get; init; }

    /// <summary>Renders the metrics page.</summary>
    public required Func<string, MetricsPage> Metrics { get; init; }

    /// <summary>Whether the other end of a connection may command this daemon.</summary>
    public required Func<Socket, bool> IsAllowed { get; init; }

    /// <summary>Asks the daemon to end. True: the apps keep running.</summary>
    public required Action<bool> Shutdown { get; init; }

    /// <summary>Lets clients in.</summary>
    public DaemonGate Gate { get; init; } = DaemonGate.AlreadyOpen;

    /// <summary>Replacing the daemon; null: it cannot be replaced.</summary>
    public DaemonUpdate? Update { get; init; }

    /// <summary>Where telemetry goes; null: nowhere, and that cannot be changed.</summary>
    public DestinationControl? Destinations { get; init; }

    /// <summary>Takes the command line's own span; null: nobody wants it.</summary>
    public Action<SpanRecord>? ClientSpan { get; init; }

    /// <summary>Resource of the command line's spans.</summary>
    public required TelemetryResource ClientResource { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }
}

/// <summary>A rendered metrics page.</summary>
/// <param name="ContentType">Its type.</param>
/// <param name="Body">UTF-8.</param>
public sealed record MetricsPage(string ContentType, ReadOnlyMemory<byte> Body);
