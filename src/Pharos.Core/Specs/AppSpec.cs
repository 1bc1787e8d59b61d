using System.Collections.Immutable;
using Pharos.Core.Lifecycle;
using Pharos.Core.Specs.Logs;

namespace Pharos.Core.Specs;

/// <summary>What stdout and stderr of an instance are.</summary>
public enum StdioMode
{
    /// <summary>Files opened for appending, read by offset: the app never blocks and never sees an end of its output.</summary>
    Spool,

    /// <summary>Named pipes held open at both ends: back-pressure, no disk.</summary>
    Fifo,
}

/// <summary>One soft and hard resource limit, as setrlimit(2) has it.</summary>
/// <param name="Resource">Name as in limits.conf(5): nofile, nproc, core, as, fsize, stack, data, memlock, cpu.</param>
/// <param name="Soft">Soft limit; <see cref="ulong.MaxValue"/> is unlimited.</param>
/// <param name="Hard">Hard limit; <see cref="ulong.MaxValue"/> is unlimited.</param>
public sealed record ResourceLimit(string Resource, ulong Soft, ulong Hard);

/// <summary>What the user asked for: one app. Equal specs compare equal.</summary>
public sealed record AppSpec
{
    /// <summary>The app's name: letters, digits, dot, dash, underscore; unique in a home.</summary>
    public required string Name { get; init; }

    /// <summary>Groups apps; <c>service.namespace</c>.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Script path (absolute, or relative to <see cref="Cwd"/>) or a command on PATH.</summary>
    public required string Script { get; init; }

    /// <summary>Arguments of the script.</summary>
    public EquatableArray<string> Args { get; init; } = [];

    /// <summary>Working directory, absolute.</summary>
    public required string Cwd { get; init; }

    /// <summary>Program that runs the script; null: by the script's extension; <c>none</c>: run it directly.</summary>
    public string? Interpreter { get; init; }

    /// <summary>Arguments of the interpreter, before the script.</summary>
    public EquatableArray<string> InterpreterArgs { get; init; } = [];

    /// <summary>Number of instances, at least 1.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>The complete environment of the app, before what Pharos injects. Values may be secrets: never log them.</summary>
    public ImmutableSortedDictionary<string, string> Env { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>User to run as, name or number; null: the daemon's.</summary>
    public string? User { get; init; }

    /// <summary>Group to run as, name or number; null: the user's primary group.</summary>
    public string? Group { get; init; }

    /// <summary>File mode creation mask; null: the daemon's.</summary>
    public int? Umask { get; init; }

    /// <summary>Nice value -20..19; null: the daemon's.</summary>
    public int? Nice { get; init; }

    /// <summary>Resource limits.</summary>
    public EquatableArray<ResourceLimit> Limits { get; init; } = [];

    /// <summary>Resident memory of the whole tree, bytes, above which the instance is restarted in order; null: no limit.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>Cron pattern at which the app's running instances are restarted; null: never.</summary>
    public string? CronRestart { get; init; }

    /// <summary>IANA name of the zone that <see cref="CronRestart"/> speaks of; null: the host's.</summary>
    public string? CronZone { get; init; }

    /// <summary>What its stdout and stderr are.</summary>
    public StdioMode Stdio { get; init; } = StdioMode.Spool;

    /// <summary>It gets a stdin that lines can be sent to; without it stdin is at its end from the beginning.</summary>
    public bool Stdin { get; init; }

    /// <summary>Restart and stop rules.</summary>
    public RestartPolicy Policy { get; init; } = new();

    /// <summary><c>service.version</c>; null: unknown.</summary>
    public string? Version { get; init; }

    /// <summary>Whether OTEL_* and TRACEPARENT are put into the app's environment.</summary>
    public bool InjectOtel { get; init; } = true;

    /// <summary>Variable that holds the slot's number in each instance; null: none.</summary>
    public string? InstanceVar { get; init; }

    /// <summary>Variable that holds the instance's number among all of the home; null: none.</summary>
    public string? NumberVar { get; init; }

    /// <summary>Variable of <see cref="Env"/>, a whole number, that grows by one with each slot; null: none.</summary>
    public string? IncrementVar { get; init; }

    /// <summary>How to find out whether it can do its work; null: it counts as ready when it has lived for its minimum uptime.</summary>
    public ProbeSpec? Ready { get; init; }

    /// <summary>How to find out whether it is beyond help and has to be restarted; null: nobody asks.</summary>
    public ProbeSpec? Live { get; init; }

    /// <summary>Apps that have to be there first.</summary>
    public EquatableArray<Dependency> DependsOn { get; init; } = [];

    /// <summary>Files whose change restarts it; null: none.</summary>
    public WatchSpec? Watch { get; init; }

    /// <summary>What the tree of each instance may use.</summary>
    public ResourceSpec Resources { get; init; } = new();

    /// <summary>It is run at times and ends by itself; null: it is to run all the time.</summary>
    public JobSpec? Job { get; init; }

    /// <summary>Whether it gets a channel for messages as Node's <c>process.send</c> has it; null: when it is run by node, or its readiness comes that way.</summary>
    public bool? Ipc { get; init; }

    /// <summary>Sent over the channel in place of the stop signal, JSON; null: the signal is sent.</summary>
    public string? StopMessage { get; init; }

    /// <summary>Its instances share their listeners, as Node's cluster module has it, and how; null: each is on its own.</summary>
    public ClusterBalance? Cluster { get; init; }

    /// <summary>Sockets that are opened for it and handed to each of its processes.</summary>
    public EquatableArray<ListenSpec> Listen { get; init; } = [];

    /// <summary>Whether its HTTP requests are counted and timed; null: when it is a Node app with a channel.</summary>
    public bool? HttpStats { get; init; }

    /// <summary>How a process is replaced without a gap.</summary>
    public ReloadSpec Reload { get; init; } = new();

    /// <summary>Whether a new process may run beside the old one.</summary>
    /// <remarks>What it prints is read after all that the old one printed: a readiness that is read from there would wait for that.</remarks>
    public bool CanOverlap => (Reload.Overlap ?? (Cluster is not null || Listen.Count > 0)) && Ready?.Kind != ProbeKind.Log;

    /// <summary>False: declared, and started only when somebody asks.</summary>
    public bool Autostart { get; init; } = true;

    /// <summary>What happens to its output.</summary>
    public LogSpec Logs { get; init; } = new();

    /// <summary>Absolute path of the log file of stdout; a further instance gets its slot before the extension,
    /// unless the path names <c>{number}</c> or <c>{index}</c>. Null: in the home; <see cref="LogSpec.NoFile"/>: none.</summary>
    public string? OutFile { get; init; }

    /// <summary>As <see cref="OutFile"/>, of stderr.</summary>
    public string? ErrFile { get; init; }

    /// <summary>Absolute path of the file that holds the process id while there is a process; <c>{number}</c> and <c>{index}</c> in it, as in
    /// <see cref="OutFile"/> and <see cref="ErrFile"/>, are the instance's number and slot. Null: none is written.</summary>
    public string? PidFile { get; init; }

    /// <summary>What whoever declared the app wants to find again: names and texts that mean nothing here. No part of equality: they say nothing about how it runs.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Names in <see cref="Env"/> that nobody declared: they came along from the shell. No part of equality.</summary>
    public EquatableArray<string> ShellEnv { get; init; } = [];

    /// <summary>Absolute path of the configuration file that it came from; null: from a command. No part of equality: it says nothing about how the app runs.</summary>
    public string? Source { get; init; }

    /// <summary>When it was first declared.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <inheritdoc/>
    public bool Equals(AppSpec? other) =>
        other is not null && Name == other.Name && Namespace == other.Namespace && Script == other.Script && Args == other.Args
        && Cwd == other.Cwd && Interpreter == other.Interpreter && InterpreterArgs == other.InterpreterArgs
        && Instances == other.Instances && User == other.User && Group == other.Group && Umask == other.Umask && Nice == other.Nice
        && Limits == other.Limits && Stdio == other.Stdio && Policy == other.Policy && Version == other.Version
        && InjectOtel == other.InjectOtel && MaxMemoryBytes == other.MaxMemoryBytes && CronRestart == other.CronRestart && CronZone == other.CronZone
        && Ready == other.Ready && Live == other.Live && DependsOn == other.DependsOn && Watch == other.Watch && Resources == other.Resources && Job == other.Job
        && Cluster == other.Cluster && Listen == other.Listen && HttpStats == other.HttpStats && Reload == other.Reload && Ipc == other.Ipc && StopMessage == other.StopMessage
        && Autostart == other.Autostart && OutFile == other.OutFile && ErrFile == other.ErrFile && Logs == other.Logs && PidFile == other.PidFile && Stdin == other.Stdin
        && InstanceVar == other.InstanceVar && NumberVar == other.NumberVar && IncrementVar == other.IncrementVar && Env.SequenceEqual(other.Env);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Namespace, Script, Cwd, Args, Instances);
}
