using Pharos.Contracts;
using Pharos.Core;
using Pharos.Core.Lifecycle;
using Pharos.Core.Specs;
using Pharos.Supervisor;

namespace Pharos.Api.Requests;

/// <summary>The parts of a start request that are objects of their own.</summary>
internal sealed partial class SpecReader
{
    private const int MostHistory = 1000;
    private static readonly string[] ResourceNames = ["memory", "cpu", "tasks"];

    private RestartPolicy Policy(StartRequest r)
    {
        var defaults = new RestartPolicy();
        var policy = defaults with
        {
            Mode = Choice("restart", r.Restart, r.Schedule is null ? RestartMode.Always : RestartMode.Never, ("always", RestartMode.Always), ("on-failure", RestartMode.OnFailure), ("never", RestartMode.Never)),
            StopExitCodes = [.. r.StopExitCodes],
            MinUptime = Duration("min-uptime", r.MinUptime, defaults.MinUptime),
            RestartDelay = Duration("restart-delay", r.RestartDelay, defaults.RestartDelay),
            BackoffBase = Duration("backoff", r.Backoff, defaults.BackoffBase),
            BackoffCap = Duration("backoff-cap", r.BackoffCap, defaults.BackoffCap),
            MaxCrashes = r.MaxCrashes ?? defaults.MaxCrashes,
            CrashWindow = Duration("crash-window", r.CrashWindow, defaults.CrashWindow),
            RetryFailedAfter = r.RetryFailed is null ? null : Duration("retry-failed", r.RetryFailed, TimeSpan.Zero),
            Grace = Duration("grace", r.Grace, defaults.Grace),
            StopSignal = Signal(r.StopSignal, defaults.StopSignal),
        };
        if (r.Schedule is not null && policy.Mode == RestartMode.Always)
            _faults.Add("restart 'always' does not go with schedule, since a job ends by itself: write on-failure or never");
        if (r.Schedule is not null && r.Cron is not null)
            _faults.Add("cron does not go with schedule: the one restarts what runs all the time, the other runs what ends by itself");
        // Who asks for a fixed wait gets that one; a wait that grows besides has to be asked for as well.
        if (r.Backoff is null && policy.RestartDelay > TimeSpan.Zero)
            policy = policy with { BackoffBase = TimeSpan.Zero };
        return r.CrashWindow is null && policy.MaxCrashes > 0 ? policy with { CrashWindow = policy.FittingWindow() } : policy;
    }

    private ReloadSpec Reload(StartRequest r)
    {
        if ((r.Cluster is not null && r.Ipc == false) || (r.StopMessage is not null && r.Ipc == false))
            _faults.Add($"ipc false does not go with {(r.Cluster is null ? "stopMessage" : "cluster")}, which needs the channel: take one of them away");
        if (r.Cluster is not null && r.Schedule is not null)
            _faults.Add("cluster does not go with schedule: a job ends by itself, and serves nobody");
        var defaults = new ReloadSpec();
        return r.Reload is not { } reload ? defaults : new()
        {
            Timeout = Positive("reload.timeout", reload.Timeout, defaults.Timeout),
            Drain = Duration("reload.drain", reload.Drain, defaults.Drain),
            Overlap = reload.Overlap,
        };
    }

    private IEnumerable<ListenSpec> Listen(StartRequest r)
    {
        if (r.Listen.Count > 0 && (r.Cluster is not null || r.Ipc == true || r.StopMessage is not null || r.Ready?.Check == "ipc"))
            _faults.Add("listen does not go with cluster, ipc and stopMessage: descriptor 3 is the channel there, and the first socket here; take one of them away");
        if (r.Listen.Count > 0 && r.Schedule is not null)
            _faults.Add("listen does not go with schedule: a job ends by itself, and serves nobody");
        if (r.Listen.GroupBy(l => l.At).FirstOrDefault(g => g.Count() > 1) is { } twice)
            _faults.Add($"listen '{twice.Key}' is there twice: take one away");
        foreach (var listen in r.Listen)
        {
            if (!ListenSpec.TryParse(listen.At, out var at))
                _faults.Add($"listen '{listen.At}' is no address: write 8080, 127.0.0.1:8080, [::1]:8080, udp:5353 or /run/app.sock");
            else if (listen.ReusePort == true && at.Kind == Core.Ports.ListenKind.Unix)
                _faults.Add($"listen '{listen.At}': a path has no port that several sockets could share; take reusePort away");
            if (listen.Name is { } name && (name.Length is 0 or > 255 || name.Any(c => c is ':' or < ' ' or > '~')))
                _faults.Add($"listen.name '{name}' is not usable: up to 255 printable ASCII characters without a colon");
            if (listen.Backlog is < 1)
                _faults.Add($"listen.backlog {listen.Backlog} is out of range: 1 and more");
            yield return new() { At = listen.At, Name = listen.Name ?? ListenSpec.DefaultName, Backlog = listen.Backlog ?? new ListenSpec { At = "" }.Backlog, ReusePort = listen.ReusePort ?? false };
        }
    }

    private ProbeSpec? Probe(string key, ProbeRequest? r)
    {
        if (r is null)
            return null;
        if (!ProbeSpec.TryParseCheck(r.Check, out var kind, out var target))
            _faults.Add($"{key} '{r.Check}' is not a check: write http://HOST:PORT/PATH, tcp:HOST:PORT, tcp:/SOCKET, exec:COMMAND, notify, ipc or log:PATTERN");
        if (key == "live" && kind is ProbeKind.Log or ProbeKind.Ipc)
            _faults.Add($"live cannot be {(kind == ProbeKind.Log ? "a log" : "an ipc")} check: that says that something began, not that it goes on; write another check");
        var defaults = new ProbeSpec { Kind = kind };
        if (r.Body is not null && !ProbeSpec.IsPattern(r.Body))
            _faults.Add($"{key}.body '{r.Body}' is not a regular expression (without backreferences and lookarounds)");
        if ((r.Body ?? r.Status) is not null && kind != ProbeKind.Http)
            _faults.Add($"{key}: status and body go with an http check");
        return defaults with
        {
            Target = target,
            Statuses = Statuses(key, r.Status, defaults.Statuses),
            Body = r.Body,
            Interval = Positive($"{key}.interval", r.Interval, defaults.Interval),
            Timeout = Positive($"{key}.timeout", r.Timeout, defaults.Timeout),
            StartPeriod = Duration($"{key}.startPeriod", r.StartPeriod, defaults.StartPeriod),
            Failures = AtLeastOne($"{key}.failures", r.Failures, defaults.Failures),
            Successes = AtLeastOne($"{key}.successes", r.Successes, defaults.Successes),
            Deadline = Positive($"{key}.deadline", r.Deadline, defaults.Deadline),
        };
    }

    private EquatableArray<StatusRange> Statuses(string key, string? text, EquatableArray<StatusRange> fallback)
    {
        if (text is null)
            return fallback;
        if (!StatusRange.TryParse(text, out var ranges))
            _faults.Add($"{key}.status '{text}' is not a status: write 200, 200-299 or 200-299,404");
        return ranges;
    }

    private TimeSpan Positive(string key, string? text, TimeSpan fallback)
    {
        var value = Duration(key, text, fallback);
        if (value > TimeSpan.Zero)
            return value;
        _faults.Add($"{key} '{text}' is no time at all: write 500ms, 5s, 2m or 1h");
        return fallback;
    }

    private int AtLeastOne(string key, int? number, int fallback)
    {
        if (number is < 1)
            _faults.Add($"{key} {number} is out of range: 1 or more");
        return number ?? fallback;
    }

    private Dependency Dependency(DependencyRequest r, string name)
    {
        if (!Selection.IsAppName(r.App))
            _faults.Add($"dependsOn '{r.App}' is not an app's name");
        if (r.App == name)
            _faults.Add($"dependsOn '{r.App}': an app cannot depend on itself");
        return new(r.App, Choice("dependsOn.condition", r.Condition, DependencyCondition.Ready, ("ready", DependencyCondition.Ready), ("started", DependencyCondition.Started)), r.Restart ?? false);
    }

    private WatchSpec? Watch(WatchRequest? r, string cwd)
    {
        if (r is null)
            return null;
        if (r.Paths.Concat(r.Ignore).Any(p => p.Length == 0 || p.Contains('\0')))
            _faults.Add("watch holds an empty path or pattern: write a path, or leave it out");
        var defaults = new WatchSpec { Paths = [] };
        return defaults with
        {
            Paths = cwd.StartsWith('/') ? [.. (r.Paths.Count == 0 ? ["."] : r.Paths).Select(p => Path.TrimEndingDirectorySeparator(Path.GetFullPath(p.Replace("\0", ""), cwd)))] : [],
            Ignore = [.. r.Ignore],
            Delay = Duration("watch.delay", r.Delay, defaults.Delay),
        };
    }

    private JobSpec? Job(ScheduleRequest? r)
    {
        if (r is null)
            return null;
        if (r.History is < 0 or > MostHistory)
            _faults.Add($"schedule.history {r.History} is out of range: 0 to {MostHistory}");
        var defaults = new JobSpec { Cron = Cron(r.Cron, "schedule.cron")! };
        return defaults with
        {
            Zone = Zone(r.Zone, "schedule.zone"),
            Overlap = Choice("schedule.overlap", r.Overlap, defaults.Overlap, ("forbid", JobOverlap.Forbid), ("allow", JobOverlap.Allow), ("replace", JobOverlap.Replace)),
            History = r.History ?? defaults.History,
            Deadline = r.Deadline is null ? null : Positive("schedule.deadline", r.Deadline, TimeSpan.Zero),
        };
    }

    private ResourceSpec Resources(IReadOnlyDictionary<string, string> limits) => new()
    {
        MemoryBytes = Size("limit memory", limits.GetValueOrDefault("memory")),
        CpuPercent = Cpu(limits.GetValueOrDefault("cpu")),
        Tasks = Tasks(limits.GetValueOrDefault("tasks")),
    };

    private double? Cpu(string? text)
    {
        if (text is null)
            return null;
        if (CpuShare.TryParse(text, out var percent))
            return percent;
        _faults.Add($"limit cpu={text} is not valid: write a number of cores such as 1.5, or percent of one core such as 150%");
        return null;
    }

    private long? Tasks(string? text)
    {
        if (text is null)
            return null;
        if (int.TryParse(text, out var number) && number > 0)
            return number;
        _faults.Add($"limit tasks={text} is not valid: write a whole number from 1");
        return null;
    }
}
