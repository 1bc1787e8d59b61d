using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Runtime.InteropServices;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;

namespace Pharos.Core.Ports;

/// <summary>Who a process is, so that a recycled pid is never taken for it.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="StartTicks">Field 22 of /proc/PID/stat: clock ticks since boot.</param>
/// <param name="BootId">The kernel's boot id.</param>
public sealed record ProcessIdentity(int Pid, long StartTicks, string BootId);

/// <summary>What exactly is to be executed.</summary>
public sealed record LaunchRequest
{
    /// <summary>The slot it is for.</summary>
    public required InstanceKey Key { get; init; }

    /// <summary>Its incarnation.</summary>
    public required int Incarnation { get; init; }

    /// <summary>Absolute path of the executable, as <see cref="IProcessHost.Resolve"/> gave it.</summary>
    public required string Executable { get; init; }

    /// <summary>argv, the program's own name first.</summary>
    public required ImmutableArray<string> Argv { get; init; }

    /// <summary>Working directory.</summary>
    public required string Cwd { get; init; }

    /// <summary>The whole environment.</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>Marks every process of the instance: put into the environment as <c>PHAROS_INSTANCE_ID</c>, so that descendants are found
    /// even when they left the session and were re-parented.</summary>
    public required string Marker { get; init; }

    /// <summary>Path of the spool file or FIFO for stdout; made when it is not there.</summary>
    public required string StdoutPath { get; init; }

    /// <summary>Path of the spool file or FIFO for stderr; made when it is not there.</summary>
    public required string StderrPath { get; init; }

    /// <summary>Path of the FIFO that becomes stdin, made when it is not there; null: stdin is /dev/null.</summary>
    public string? StdinPath { get; init; }

    /// <summary>Spool files or FIFOs.</summary>
    public StdioMode Stdio { get; init; }

    /// <summary>User name or number.</summary>
    public string? User { get; init; }

    /// <summary>Group name or number.</summary>
    public string? Group { get; init; }

    /// <summary>Whether it gets a channel for messages as Node's <c>process.send</c> has it.</summary>
    public bool NodeChannel { get; init; }

    /// <summary>Sockets that it gets as its descriptors 3, 4, 5…, with <c>LISTEN_FDS</c>, <c>LISTEN_PID</c> and <c>LISTEN_FDNAMES</c> as sd_listen_fds(3) has them; stay the caller's. Not together with <see cref="NodeChannel"/>, which is there.</summary>
    public IReadOnlyList<SafeHandle> Sockets { get; init; } = [];

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> SocketNames { get; init; } = [];

    /// <summary>File mode creation mask.</summary>
    public int? Umask { get; init; }

    /// <summary>Nice value.</summary>
    public int? Nice { get; init; }

    /// <summary>Resource limits.</summary>
    public EquatableArray<ResourceLimit> Limits { get; init; } = [];

    /// <summary>What the instance may use as a whole; null: as much as there is.</summary>
    public ResourceGroup? Resources { get; init; }
}

/// <summary>What <see cref="IProcessHost.Resolve"/> found.</summary>
/// <param name="Executable">Absolute path.</param>
/// <param name="Argv">argv, the program's own name first.</param>
/// <param name="Interpreter">The interpreter's path, or null when the file is run directly.</param>
public sealed record ResolvedCommand(string Executable, ImmutableArray<string> Argv, string? Interpreter);

/// <summary>An expected refusal: one line for a person that names what is wrong and the fix.</summary>
/// <param name="Message">The line, without a full stop at the end.</param>
/// <param name="Transient">Trying again may help.</param>
public sealed record LaunchRefused(string Message, bool Transient = false);

/// <summary>Either a value or an expected refusal.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public readonly record struct Launched<T>
    where T : class
{
    /// <summary>The value; null when refused.</summary>
    public T? Value { get; init; }

    /// <summary>The refusal; null when there is a value.</summary>
    public LaunchRefused? Refused { get; init; }

    /// <summary>A value.</summary>
    public static implicit operator Launched<T>(T value) => new() { Value = value };

    /// <summary>A refusal.</summary>
    public static implicit operator Launched<T>(LaunchRefused refused) => new() { Refused = refused };
}

/// <summary>One living process that we hold, and its whole tree.</summary>
public interface IHostedProcess : IDisposable
{
    /// <summary>Who it is.</summary>
    ProcessIdentity Identity { get; }

    /// <summary>When it started, by the wall clock.</summary>
    DateTimeOffset StartedAt { get; }

    /// <summary>The limits on the instance as a whole that the kernel holds it to; what was asked for and is not in here could not be had.</summary>
    EquatableArray<LimitInForce> LimitsInForce => [];

    /// <summary>The channel that it was given; one that an earlier daemon gave it is taken back.</summary>
    /// <param name="refused">One line that says why there is none; empty when there is one.</param>
    /// <returns>Null when there is none.</returns>
    IMessageChannel? Channel(out string refused)
    {
        refused = "it has none";
        return null;
    }

    /// <summary>Sends a signal to the main process alone.</summary>
    /// <param name="signal">Signal number.</param>
    /// <returns>False when it is gone.</returns>
    bool Signal(int signal);

    /// <summary>Takes copies of sockets that it has open.</summary>
    /// <param name="inodes">Which.</param>
    /// <returns>Those that it has, by inode; none where the kernel refuses it.</returns>
    IReadOnlyDictionary<long, SafeHandle> TakeSockets(IReadOnlySet<long> inodes) => ReadOnlyDictionary<long, SafeHandle>.Empty;

    /// <summary>Takes a copy of a socket that it has open.</summary>
    /// <param name="number">Its number there.</param>
    /// <returns>Null when it has none of that number, or the kernel refuses it.</returns>
    SafeHandle? TakeSocket(int number) => null;

    /// <summary>Sends a signal to every process of the tree, descendants first. A process that is gone is no error.</summary>
    /// <param name="signal">Signal number.</param>
    void SignalTree(int signal);

    /// <summary>SIGKILL to every process of the tree, scanning again until nothing is left or <paramref name="patience"/> has passed.</summary>
    /// <param name="patience">How long to go on.</param>
    /// <returns>The number of processes that are still there.</returns>
    int KillTree(TimeSpan patience);

    /// <summary>Counts the living processes of the tree, the main process left out: what a stop still waits for when that one is gone.</summary>
    /// <returns>How many; 0 when nothing is left.</returns>
    int CountSurvivors();
}

/// <summary>A living process that carries the mark of an incarnation.</summary>
/// <param name="Identity">Who it is.</param>
/// <param name="Marker">As in <see cref="LaunchRequest.Marker"/>.</param>
public sealed record MarkedProcess(ProcessIdentity Identity, string Marker);

/// <summary>Makes processes and tells when they end. The one component in <c>src/</c> that starts or waits for children.</summary>
public interface IProcessHost
{
    /// <summary>Finds the executable and the interpreter of an app, and checks script, cwd, user and group.</summary>
    /// <param name="spec">The app.</param>
    /// <returns>What to execute, or why it cannot be.</returns>
    Launched<ResolvedCommand> Resolve(AppSpec spec);

    /// <summary>Starts a process in a session and process group of its own.</summary>
    /// <param name="request">What to execute.</param>
    /// <param name="exited">Called once, on the host's own thread, when it has ended and was reaped. Must not block.</param>
    /// <returns>The process, or why there is none.</returns>
    Launched<IHostedProcess> Spawn(LaunchRequest request, Action<ExitStatus> exited);

    /// <summary>Takes back a process that an earlier daemon started.</summary>
    /// <param name="identity">Who it was.</param>
    /// <param name="marker">As in <see cref="LaunchRequest.Marker"/>.</param>
    /// <param name="exited">As for <see cref="Spawn"/>; the status is unknown where the kernel does not tell.</param>
    /// <returns>The process, or null when it is gone or somebody else has its pid now. One that has ended and that nobody reaped yet is there: its end is told at once.</returns>
    IHostedProcess? Adopt(ProcessIdentity identity, string marker, Action<ExitStatus> exited);

    /// <summary>What is left of the tree of a main process that is gone: nothing, or children that outlive it.</summary>
    /// <param name="identity">Who the main process was.</param>
    /// <param name="marker">As in <see cref="LaunchRequest.Marker"/>.</param>
    /// <returns>A tree without its root.</returns>
    IHostedProcess Remains(ProcessIdentity identity, string marker);

    /// <summary>Writes to the stdin of a process that was given a FIFO for it. Never waits.</summary>
    /// <param name="path">Path of the FIFO.</param>
    /// <param name="bytes">What it is to read.</param>
    /// <returns>Null when all of it was taken, else one line that says why not.</returns>
    string? WriteInput(string path, ReadOnlySpan<byte> bytes);

    /// <summary>SIGKILL to every process that carries the marker: what an instance left behind when its main process ended.</summary>
    /// <param name="marker">As in <see cref="LaunchRequest.Marker"/>.</param>
    /// <param name="main">The main process that has ended, where it is known: that saves work when it ended soon.</param>
    /// <returns>The number of processes killed.</returns>
    int SweepLeftovers(string marker, ProcessIdentity? main = null);

    /// <summary>Looks once at all processes for those that some daemon started as the main process of an incarnation: marked leaders of a session,
    /// the oldest of each mark.</summary>
    /// <returns>What was found; those of other homes and daemons too.</returns>
    IReadOnlyList<MarkedProcess> FindMarked();
}
