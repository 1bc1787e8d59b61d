using Pharos.Configuration.Syntax;
using Pharos.Contracts;

namespace Pharos.Configuration.Attributes;

/// <summary>The attributes that are objects of their own.</summary>
internal sealed partial class AppReader
{
    private static readonly string[] Checks = ["http", "tcp", "exec", "log", "notify", "ipc"];

    private static string? LimitOf(Node node, AttributeKind kind) => kind switch
    {
        AttributeKind.Size => Values.Size(node),
        AttributeKind.Share => Values.Share(node),
        AttributeKind.Tasks => Values.Counted(node),
        _ => Values.Limit(node),
    };

    private ProbeRequest? Probe(string name)
    {
        Asked.Add(name);
        if (!_members.TryGetValue(name, out var member) || member.Value is Node.Scalar { Kind: ScalarKind.Null })
            return null;
        if (member.Value is not Node.Mapping)
            return Get(name, Values.Check, AttributeKind.CheckOrParts) is { } check ? OfKind(name, member, new() { Check = check }) : null;
        var part = Part(name)!;
        string? In(string key, Func<Node, string?> read, AttributeKind kind) => Inner(part, name, key, read, kind);
        var probe = new ProbeRequest
        {
            Check = CheckOf(name, member, part) ?? "",
            Status = In("status", Values.Status, AttributeKind.Status),
            Body = In("body", Values.Pattern, AttributeKind.Pattern),
            Interval = In("interval", Values.Duration, AttributeKind.Duration),
            Timeout = In("timeout", Values.Duration, AttributeKind.Duration),
            StartPeriod = In("start_period", Values.Duration, AttributeKind.Duration),
            Failures = In("failures", Values.Counted, AttributeKind.Counted) is { } failures ? int.Parse(failures) : null,
            Successes = In("successes", Values.Counted, AttributeKind.Counted) is { } successes ? int.Parse(successes) : null,
            Deadline = In("deadline", Values.Duration, AttributeKind.Duration),
        };
        return probe.Check.Length > 0 ? OfKind(name, member, probe) : null;
    }

    /// <summary>PM2's way to say it: a Node app sends 'ready', and is given that long.</summary>
    private ProbeRequest? Ready()
    {
        var probe = Probe("ready");
        var waits = Get("wait_ready", n => Values.Flag(n)?.ToString(), AttributeKind.Flag) == bool.TrueString;
        var patience = Get("listen_timeout", Values.Duration, AttributeKind.Duration);
        if (waits && probe is null)
            return new() { Check = "ipc", Deadline = patience };
        if (waits)
            reporter.Fault(_members["wait_ready"].Line, Path("wait_ready"), "says the same as ready; accepted: one of them");
        return probe;
    }

    private bool? Flag(string name) => Get(name, n => Values.Flag(n)?.ToString(), AttributeKind.Flag) is { } flag ? flag == bool.TrueString : null;

    private string? StopMessage(Dictionary<string, Member>? stop)
    {
        var message = Inner(stop, "stop", "message", Values.Text, AttributeKind.Text);
        return Flag("shutdown_with_message") == true ? message ?? "shutdown" : message;
    }

    private string? Cluster()
    {
        var mode = Get("exec_mode", Values.Mode, AttributeKind.Mode);
        var balance = Get("cluster", Values.Balance, AttributeKind.Balance);
        if (mode is "fork" or "fork_mode" && balance is { Length: > 0 })
            reporter.Fault(_members["exec_mode"].Line, Path("exec_mode"), "says the opposite of cluster; accepted: one of them");
        return balance is null && mode is "cluster" or "cluster_mode" ? "shared" : balance is { Length: > 0 } ? balance : null;
    }

    private ReloadRequest? Reload()
    {
        var part = Part("reload");
        var reload = new ReloadRequest
        {
            Timeout = Inner(part, "reload", "timeout", Values.Duration, AttributeKind.Duration) ?? Get("listen_timeout", Values.Duration, AttributeKind.Duration),
            Drain = Inner(part, "reload", "drain", Values.Duration, AttributeKind.Duration),
            Overlap = Inner(part, "reload", "overlap", n => Values.Flag(n)?.ToString(), AttributeKind.Flag) is { } overlap ? overlap == bool.TrueString : null,
        };
        return reload == new ReloadRequest() ? null : reload;
    }

    private string? CheckOf(string name, Member member, Dictionary<string, Member> part)
    {
        var given = Checks.Where(part.ContainsKey).ToList();
        if (given is not [var kind])
        {
            reporter.Fault(member.Line, Path(name), $"{(given.Count == 0 ? "says no check" : $"says {given.Count} checks")}; accepted: one of {string.Join(", ", Checks)}");
            return null;
        }

        return kind switch
        {
            "http" => Inner(part, name, kind, Values.Check, AttributeKind.Check),
            "tcp" => Inner(part, name, kind, n => Values.Name(n) is { } to && Values.Check(new Node.Scalar(n.Line, n.Column, ScalarKind.Text, "tcp:" + to)) is not null ? "tcp:" + to : null, AttributeKind.Check),
            "exec" => Inner(part, name, kind, n => Values.Text(n) is { } command ? "exec:" + command : null, AttributeKind.Text),
            "log" => Inner(part, name, kind, n => Values.Pattern(n) is { } pattern ? "log:" + pattern : null, AttributeKind.Pattern),
            _ => Inner(part, name, kind, n => Values.Flag(n) == true ? kind : null, AttributeKind.Flag),
        };
    }

    private ProbeRequest OfKind(string name, Member member, ProbeRequest probe)
    {
        if (name == "live" && (probe.Check == "ipc" || probe.Check.StartsWith("log:", StringComparison.Ordinal)))
            reporter.Fault(member.Line, Path(name), "cannot be a log or ipc check, since that says that something began, not that it goes on; accepted: http, tcp, exec or notify");
        if ((probe.Status ?? probe.Body) is not null && !probe.Check.StartsWith("http", StringComparison.Ordinal))
            reporter.Fault(member.Line, Path(name), "has status or body without http; accepted: both with http only");
        return probe;
    }

    private List<DependencyRequest> Dependencies()
    {
        Asked.Add("depends_on");
        if (!_members.TryGetValue("depends_on", out var member) || member.Value is Node.Scalar { Kind: ScalarKind.Null })
            return [];
        if (member.Value is Node.Mapping apps)
            return [.. apps.Members.Select(a => Dependency(a)).OfType<DependencyRequest>()];
        if (Values.Texts(member.Value) is { } names)
            return [.. names.Select(n => new DependencyRequest { App = n })];
        reporter.Wrong(At(member), Path("depends_on"), AttributeKind.Dependencies);
        return [];
    }

    private DependencyRequest? Dependency(Member app)
    {
        var key = $"{Path("depends_on")}.{app.Key}";
        if (app.Value is Node.Scalar { Kind: ScalarKind.Null })
            return new() { App = app.Key };
        if (app.Value is not Node.Mapping parts)
        {
            reporter.Wrong(app.Value, key, AttributeKind.Dependencies);
            return null;
        }

        string? condition = null;
        bool? restart = null;
        foreach (var part in parts.Members)
        {
            if (part is { Key: "condition", Value: Node.Scalar { Text: "ready" or "started" } word })
                condition = word.Text;
            else if (part.Key == "restart" && Values.Flag(part.Value) is { } flag)
                restart = flag;
            else
                reporter.Fault(part.Line, $"{key}.{part.Key}", "is not understood; accepted: condition (ready or started), restart (true or false)");
        }

        return new() { App = app.Key, Condition = condition, Restart = restart };
    }

    private List<ListenRequest> Listen()
    {
        Asked.Add("listen");
        if (!_members.TryGetValue("listen", out var member) || member.Value is Node.Scalar { Kind: ScalarKind.Null })
            return [];
        return [.. (member.Value is Node.Sequence all ? all.Items : [At(member)]).Select(Listen).OfType<ListenRequest>()];
    }

    private ListenRequest? Listen(Node at)
    {
        if (at is not Node.Mapping parts)
        {
            if (Values.Address(at) is { } simple)
                return new() { At = simple };
            reporter.Wrong(at, Path("listen"), AttributeKind.Listening);
            return null;
        }

        var listen = new ListenRequest { At = "" };
        foreach (var part in parts.Members)
        {
            if (part.Key == "at" && Values.Address(part.Value) is { } address)
                listen = listen with { At = address };
            else if (part.Key == "name" && Values.Name(part.Value) is { } name)
                listen = listen with { Name = name };
            else if (part.Key == "backlog" && Values.Whole(part.Value, 1, int.MaxValue) is { } backlog)
                listen = listen with { Backlog = (int)backlog };
            else if (part.Key is "reuse_port" or "reusePort" && Values.Flag(part.Value) is { } own)
                listen = listen with { ReusePort = own };
            else
                reporter.Fault(part.Line, $"{Path("listen")}.{part.Key}", "is not understood; accepted: at (an address), name (a text), backlog (a whole number from 1), reuse_port (true or false)");
        }

        if (!parts.Members.Any(m => m.Key == "at"))
            reporter.Fault(parts.Line, $"{Path("listen")}.at", "is missing; accepted: an address such as 127.0.0.1:8080 or /run/app.sock");
        return listen.At.Length > 0 ? listen : null;
    }

    private WatchRequest? Watch()
    {
        var delay = Get("watch_delay", Values.Duration, AttributeKind.Duration);
        var ignore = Get("ignore_watch", Values.Texts, AttributeKind.Files) ?? [];
        var on = Get("watch", n => Values.Flag(n) is { } flag ? (flag ? ["."] : []) : Values.Texts(n), AttributeKind.Watch);
        return on is null or [] ? null : new() { Paths = on, Ignore = ignore, Delay = delay };
    }

    private ScheduleRequest? Schedule()
    {
        Asked.Add("schedule");
        if (!_members.TryGetValue("schedule", out var member) || member.Value is Node.Scalar { Kind: ScalarKind.Null })
            return null;
        if (member.Value is not Node.Mapping)
            return Get("schedule", n => Values.Cron(n) is { } text && text != "0" ? text : null, AttributeKind.CronOrParts) is { } simple ? new() { Cron = simple } : null;
        var part = Part("schedule")!;
        if (!part.ContainsKey("cron"))
            reporter.Fault(member.Line, Path("schedule") + ".cron", "is missing; accepted: a cron pattern of 5 or 6 fields");
        var cron = Inner(part, "schedule", "cron", n => Values.Cron(n) is { } text && text != "0" ? text : null, AttributeKind.Cron);
        var schedule = new ScheduleRequest
        {
            Cron = cron ?? "",
            Zone = Inner(part, "schedule", "zone", Values.Zone, AttributeKind.Zone),
            Overlap = Inner(part, "schedule", "overlap", Values.Overlap, AttributeKind.Overlap),
            History = Inner(part, "schedule", "history", n => Values.Whole(n, 0, 1000)?.ToString(), AttributeKind.Number) is { } history ? int.Parse(history) : null,
            Deadline = Inner(part, "schedule", "deadline", Values.Duration, AttributeKind.Duration),
        };
        return cron is null ? null : schedule;
    }

    private void CheckSchedule(StartRequest request)
    {
        if (request.Schedule is null)
            return;
        if (request.Restart == "always")
            reporter.Fault(_members["autorestart"].Line, Path("autorestart"), "does not go with schedule, since a job ends by itself; accepted: on-failure, or never");
        if (request.Cron is not null)
            reporter.Fault(_members["cron_restart"].Line, Path("cron_restart"), "does not go with schedule, since it restarts what runs all the time; accepted: one of them");
    }
}
