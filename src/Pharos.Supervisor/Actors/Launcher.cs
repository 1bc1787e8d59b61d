using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Pharos.Core.Identity;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Core.Specs.Logs;
using Pharos.Logs.Live;
using Pharos.Logs.Pump;
using Pharos.Supervisor.Messages;
using Pharos.Telemetry.Records;

namespace Pharos.Supervisor.Actors;

/// <summary>A process that was made, and the reading of its output.</summary>
/// <param name="Process">The process.</param>
/// <param name="Logs">The reading.</param>
/// <param name="Marker">What its tree carries.</param>
/// <param name="SpawnedAt">Monotonic timestamp.</param>
/// <param name="Env">Its environment.</param>
internal sealed record Running(IHostedProcess Process, LogAttachment Logs, string Marker, long SpawnedAt, IReadOnlyDictionary<string, string> Env);

/// <summary>Turns a spec into a process: resolve, environment, streams, spawn. Runs outside the actor and answers with a value.</summary>
internal sealed class Launcher(ActorServices services, InstanceKey key, Guid instanceId, TelemetryResource resource, InstanceLog log)
{
    private const string SlotWord = "{instance}";

    // Two homes of one machine may have apps of the same name, and so the same instance ids: neither may sweep away the other's processes.
    private readonly string _home = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(services.Options.LogDirectory)).AsSpan(0, 4));

    /// <summary>Name of the socket by which an instance speaks for itself: the same for every incarnation and daemon.</summary>
    public string NotifyName => $"{instanceId:N}.{_home}";

    /// <summary>Variables that go to each process besides its own.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Further { get; set; } = [];

    /// <summary>Talks with the processes; null: nobody does.</summary>
    public InstanceSpeech? Speech { get; set; }

    /// <summary>What it listens on; null: nothing is opened for it.</summary>
    public AppSockets? Sockets { get; init; }

    /// <summary>Is shown each line of an incarnation; null: nobody.</summary>
    public Func<int, LineSeen>? Reader { get; set; }

    /// <summary>The instance's number among all of the home.</summary>
    public int Number { get; init; }

    /// <summary>What every process of an incarnation carries in its environment.</summary>
    public string MarkerOf(int incarnation) => $"{instanceId}.{incarnation}.{_home}";

    /// <summary>The newest incarnation among processes that carry a mark of this instance.</summary>
    /// <param name="marked">Processes by mark.</param>
    /// <returns>Its number and process; null when there is none.</returns>
    public (int Incarnation, ProcessIdentity Process)? NewestOf(IReadOnlyList<MarkedProcess> marked)
    {
        (int Incarnation, ProcessIdentity Process)? newest = null;
        foreach (var (identity, marker) in AllOf(marked))
        {
            if (int.TryParse(marker.Split('.')[1], out var incarnation) && incarnation > (newest?.Incarnation ?? 0))
                newest = (incarnation, identity);
        }

        return newest;
    }

    /// <summary>All processes that carry a mark of this seat.</summary>
    public IReadOnlyList<MarkedProcess> AllOf(IReadOnlyList<MarkedProcess> marked)
    {
        var mine = $"{instanceId}."; // looked at first: of a thousand instances each looks through a thousand marks
        return [.. marked.Where(m => m.Marker.StartsWith(mine, StringComparison.Ordinal) && m.Marker.Split('.') is [_, _, var home] && home == _home)];
    }

    public (string Out, string Err) StreamsOf(int incarnation)
    {
        var stem = Path.Combine(services.Options.SpoolDirectory, $"{key.App}-{key.Index}.{incarnation}");
        return (stem + ".out", stem + ".err");
    }

    public Launched<ResolvedCommand> Resolve(AppSpec spec)
    {
        var resolved = services.Host.Resolve(spec);
        return spec.Cluster is not null && resolved.Value is { } found && services.Runtimes?.Speaks(found.Executable) != true
            ? new LaunchRefused($"cluster is for scripts that node runs, and this is run by {found.Executable}; name node as interpreter, or take cluster away")
            : resolved;
    }

    /// <summary>Where lines for the stdin of an incarnation are written.</summary>
    public string InputOf(int incarnation) => Path.Combine(services.Options.SpoolDirectory, $"{key.App}-{key.Index}.{incarnation}.in");

    /// <summary>One that ended while no daemon was there has left its own.</summary>
    private string NewInput(int incarnation)
    {
        foreach (var path in Directory.Exists(services.Options.SpoolDirectory) ? Directory.EnumerateFiles(services.Options.SpoolDirectory, $"{key.App}-{key.Index}.*.in") : [])
            File.Delete(path);
        return InputOf(incarnation);
    }

    public Launched<Running> Spawn(AppSpec spec, ResolvedCommand command, int incarnation, ActivityContext context, Action<ExitStatus> exited)
    {
        var (outPath, errPath) = StreamsOf(incarnation);
        var marker = MarkerOf(incarnation);
        LaunchRefused? unheard = spec.Listen.Count > 0 && Sockets is null ? new LaunchRefused("listen: no sockets are opened here") : null;
        var listens = spec.Listen.Count == 0 ? [] : Sockets?.Claim(key.Index, spec.Listen, out unheard) ?? [];
        if (unheard is not null)
            return unheard;
        // The reader is there before the writer: what a process prints into a FIFO and dies would be gone otherwise.
        var attachment = services.Pump.Attach(log, outPath, errPath, StdioOf(spec), Reader?.Invoke(incarnation));
        var speaks = Speech is not null && Speaks(spec, command.Executable);
        var env = Environment(spec, context);
        if (speaks)
            env = env.SetItems(Speech!.Variables(incarnation, env));
        var spawnedAt = services.Time.GetTimestamp();
        var request = new LaunchRequest
        {
            Key = key,
            Incarnation = incarnation,
            Executable = command.Executable,
            Argv = command.Argv,
            Cwd = spec.Cwd,
            Env = env,
            Marker = marker,
            StdoutPath = outPath,
            StderrPath = errPath,
            StdinPath = spec.Stdin ? NewInput(incarnation) : null,
            Stdio = StdioOf(spec),
            NodeChannel = speaks,
            Sockets = listens,
            SocketNames = [.. spec.Listen.Select(l => l.Name)],
            User = spec.User,
            Group = spec.Group,
            Umask = spec.Umask,
            Nice = spec.Nice,
            Limits = spec.Limits,
            Resources = spec.Resources.IsEmpty ? null : new ResourceGroup($"{instanceId}.{_home}", spec.Resources),
        };
        Launched<IHostedProcess> spawned;
        try
        {
            spawned = services.Host.Spawn(request, exited);
        }
        catch
        {
            _ = services.Pump.DrainAsync(attachment); // the streams of the next incarnation wait for these
            throw;
        }

        if (spawned.Refused is { } refused)
        {
            _ = services.Pump.DrainAsync(attachment); // nothing was printed: this only deletes the empty files
            return refused;
        }

        var running = new Running(spawned.Value!, attachment, marker, spawnedAt, env);
        if (speaks)
            Speech!.Begin(incarnation, running.Process, isNew: true);
        return running;
    }

    /// <summary>Takes a process of an earlier daemon back, and goes on reading where that one stopped.</summary>
    /// <param name="spec">The app.</param>
    /// <param name="identity">Who it was.</param>
    /// <param name="incarnation">Its number.</param>
    /// <param name="exited">Called with its end.</param>
    /// <param name="gone">It is not there any more: what it printed is there to be read, and maybe children of it.</param>
    public Running Adopt(AppSpec spec, ProcessIdentity identity, int incarnation, Action<ExitStatus> exited, out bool gone)
    {
        var (outPath, errPath) = StreamsOf(incarnation);
        var adopted = services.Host.Adopt(identity, MarkerOf(incarnation), exited);
        gone = adopted is null;
        var process = adopted ?? services.Host.Remains(identity, MarkerOf(incarnation));
        var age = services.Time.GetUtcNow() - process.StartedAt;
        var spawnedAt = services.Time.GetTimestamp() - (long)(age.TotalSeconds * services.Time.TimestampFrequency);
        var logs = services.Pump.Attach(log, outPath, errPath, StdioOf(spec), Reader?.Invoke(incarnation));
        return new Running(process, logs, MarkerOf(incarnation), spawnedAt, Environment(spec, default));
    }

    /// <summary>Reads what processes that are gone had printed while nobody looked, oldest first. Their files get names of their own first: one of them may
    /// have the number that comes next, since a daemon that was killed did not save its last instant, and two processes must not share a file.</summary>
    /// <param name="spec">The app.</param>
    /// <param name="alive">The incarnation that may be alive: adoption reads that one; null: none.</param>
    public void SalvageAllBut(AppSpec spec, int? alive)
    {
        foreach (var label in Left().Where(l => l != alive?.ToString()).OrderBy(l => int.Parse(l.Split('-')[0])).ThenBy(l => l.Length).ToList())
        {
            var salvaged = label.Contains('-') ? label : SetAside(label);
            _ = services.Pump.DrainAsync(services.Pump.Attach(log, Stream(salvaged, "out"), Stream(salvaged, "err"), StdioOf(spec)));
        }
    }

    /// <summary>Whether a process gets a channel: who asks for it, and every Node app that does not ask for none.</summary>
    private bool Speaks(AppSpec spec, string executable) =>
        spec.Listen.Count == 0 && (spec.Ipc ?? (spec.Ready?.Kind == ProbeKind.Ipc || services.Runtimes!.Speaks(executable)));

    /// <summary>Whether a process of an earlier daemon should have one.</summary>
    public bool Speaks(AppSpec spec) => spec.Listen.Count == 0 && (spec.Ipc ?? (spec.Ready?.Kind == ProbeKind.Ipc || (Resolve(spec).Value is { } found && services.Runtimes!.Speaks(found.Executable))));

    /// <summary>A spool file takes all; whoever is to wait for the reader writes into a FIFO.</summary>
    private static StdioMode StdioOf(AppSpec spec) => spec.Logs.Overflow == LogOverflow.Block ? StdioMode.Fifo : spec.Stdio;

    private string SetAside(string label)
    {
        var left = Left();
        var aside = Enumerable.Range(1, int.MaxValue).Select(n => $"{label}-{n}").First(l => !left.Contains(l));
        LogPump.Rename(Stream(label, "out"), Stream(aside, "out"));
        LogPump.Rename(Stream(label, "err"), Stream(aside, "err"));
        return aside;
    }

    private string Stream(string label, string kind) => Path.Combine(services.Options.SpoolDirectory, $"{key.App}-{key.Index}.{label}.{kind}");

    /// <summary>By what the files that are there are called: the number of the incarnation, and a second number when they were set aside.</summary>
    private HashSet<string> Left()
    {
        var (stem, folder) = ($"{key.App}-{key.Index}", services.Options.SpoolDirectory);
        if (services.Spooled is { } listed)
            return [.. listed[stem]];
        return Directory.Exists(folder) ? [.. SpoolLabels(Directory.EnumerateFiles(folder, stem + ".*")).Where(l => l.Stem == stem).Select(l => l.Label)] : [];
    }

    /// <summary>What streams belong to, by their files: the slot, and the number of the incarnation with that of the set-aside.</summary>
    /// <param name="paths">Of the spool folder.</param>
    internal static IEnumerable<(string Stem, string Label)> SpoolLabels(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            var parts = Path.GetFileName(path).Split('.'); // an app's name may have dots
            if (parts is [.., _, var label, "out" or "err"] && label.Split('-') is [var number, ..] && int.TryParse(number, out _))
                yield return (string.Join('.', parts[..^2]), label);
        }
    }

    private ImmutableSortedDictionary<string, string> Environment(AppSpec spec, ActivityContext context)
    {
        var env = spec.Env.ToBuilder();
        foreach (var (name, value) in spec.Env)
        {
            if (value.Contains(SlotWord, StringComparison.Ordinal) && !spec.ShellEnv.Contains(name))
                env[name] = value.Replace(SlotWord, key.Index.ToString(), StringComparison.Ordinal);
        }

        env["PHAROS_APP"] = key.App;
        env["PHAROS_INSTANCE_INDEX"] = key.Index.ToString();
        if (spec.NumberVar is { } numbered)
            env[numbered] = Number.ToString();
        if (spec.InstanceVar is { } slot)
            env[slot] = key.Index.ToString();
        if (spec.IncrementVar is { } grows && int.TryParse(spec.Env.GetValueOrDefault(grows), out var first))
            env[grows] = (first + (long)key.Index).ToString();
        foreach (var (name, value) in Further)
            env[name] = value;
        if (!spec.InjectOtel)
            return env.ToImmutable();
        foreach (var (name, value) in AppResource.Injected(spec, key, resource, services.Options))
            env.TryAdd(name, value); // what the app itself declares wins
        if (context != default)
            env["TRACEPARENT"] = $"00-{context.TraceId}-{context.SpanId}-{(context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";
        return env.ToImmutable();
    }
}
