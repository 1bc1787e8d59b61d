using System.Collections.Immutable;
using System.Diagnostics;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Logs.Live;
using Pharos.Logs.Pump;
using Pharos.Telemetry.Records;

namespace Pharos.Supervisor.Actors;

/// <summary>A process that was made, and the reading of its output.</summary>
/// <param name="Process">The process.</param>
/// <param name="Logs">The reading.</param>
/// <param name="Marker">What its tree carries.</param>
/// <param name="SpawnedAt">Monotonic timestamp.</param>
internal sealed record Running(IHostedProcess Process, LogAttachment Logs, string Marker, long SpawnedAt);

/// <summary>Turns a spec into a process: resolve, environment, streams, spawn. Runs outside the actor and answers with a value.</summary>
internal sealed class Launcher(ActorServices services, InstanceKey key, Guid instanceId, TelemetryResource resource, InstanceLog log)
{
    /// <summary>What every process of an incarnation carries in its environment.</summary>
    public string MarkerOf(int incarnation) => $"{instanceId}.{incarnation}";

    public (string Out, string Err) StreamsOf(int incarnation)
    {
        var stem = Path.Combine(services.Options.SpoolDirectory, $"{key.App}-{key.Index}.{incarnation}");
        return (stem + ".out", stem + ".err");
    }

    public Launched<ResolvedCommand> Resolve(AppSpec spec) => services.Host.Resolve(spec);

    public Launched<Running> Spawn(AppSpec spec, ResolvedCommand command, int incarnation, ActivityContext context, Action<ExitStatus> exited)
    {
        var (outPath, errPath) = StreamsOf(incarnation);
        var marker = MarkerOf(incarnation);
        // The reader is there before the writer: what a process prints into a FIFO and dies would be gone otherwise.
        var attachment = services.Pump.Attach(log, outPath, errPath, spec.Stdio);
        var spawnedAt = services.Time.GetTimestamp();
        var spawned = services.Host.Spawn(
            new LaunchRequest
            {
                Key = key,
                Incarnation = incarnation,
                Executable = command.Executable,
                Argv = command.Argv,
                Cwd = spec.Cwd,
                Env = Environment(spec, context),
                Marker = marker,
                StdoutPath = outPath,
                StderrPath = errPath,
                Stdio = spec.Stdio,
                User = spec.User,
                Group = spec.Group,
                Umask = spec.Umask,
                Nice = spec.Nice,
                Limits = spec.Limits,
            },
            exited);
        if (spawned.Refused is { } refused)
        {
            _ = services.Pump.DrainAsync(attachment); // nothing was printed: this only deletes the empty files
            return refused;
        }

        return new Running(spawned.Value!, attachment, marker, spawnedAt);
    }

    /// <summary>Takes a process of an earlier daemon back, and goes on reading where that one stopped.</summary>
    public Running? Adopt(AppSpec spec, ProcessIdentity identity, int incarnation, Action<ExitStatus> exited)
    {
        var (outPath, errPath) = StreamsOf(incarnation);
        var process = services.Host.Adopt(identity, MarkerOf(incarnation), exited);
        if (process is null)
            return null;
        var age = services.Time.GetUtcNow() - process.StartedAt;
        var spawnedAt = services.Time.GetTimestamp() - (long)(age.TotalSeconds * services.Time.TimestampFrequency);
        return new Running(process, services.Pump.Attach(log, outPath, errPath, spec.Stdio), MarkerOf(incarnation), spawnedAt);
    }

    /// <summary>Reads what a process that is gone had printed while nobody looked.</summary>
    public void Salvage(AppSpec spec, int incarnation)
    {
        var (outPath, errPath) = StreamsOf(incarnation);
        if (File.Exists(outPath) || File.Exists(errPath))
            _ = services.Pump.DrainAsync(services.Pump.Attach(log, outPath, errPath, spec.Stdio));
    }

    private ImmutableSortedDictionary<string, string> Environment(AppSpec spec, ActivityContext context)
    {
        var env = spec.Env.ToBuilder();
        env["PHAROS_APP"] = key.App;
        env["PHAROS_INSTANCE_INDEX"] = key.Index.ToString();
        if (spec.InstanceVar is { } slot)
            env[slot] = key.Index.ToString();
        if (spec.IncrementVar is { } grows && int.TryParse(spec.Env.GetValueOrDefault(grows), out var first))
            env[grows] = (first + (long)key.Index).ToString();
        if (!spec.InjectOtel)
            return env.ToImmutable();
        foreach (var (name, value) in AppResource.Injected(spec, key, resource, services.Options))
            env.TryAdd(name, value); // what the app itself declares wins
        if (context != default)
            env["TRACEPARENT"] = $"00-{context.TraceId}-{context.SpanId}-{(context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";
        return env.ToImmutable();
    }
}
