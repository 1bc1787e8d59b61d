using Pharos.Core.Specs;

namespace Pharos.Supervisor.State;

/// <summary>The parts of a spec that are objects of their own. Durations are milliseconds.</summary>
internal sealed partial record StateFile
{
    internal sealed record DependencyEntry(string App, string Condition, bool Restart);

    internal sealed record WatchEntry(string[] Paths, string[] Ignore, double Delay);

    internal sealed record JobEntry(string Cron, string? Zone, string Overlap, int History, double? Deadline);

    internal sealed record StatusEntry(int From, int To);

    internal sealed record ProbeEntry
    {
        public required string Kind { get; init; }

        public string Target { get; init; } = "";

        public StatusEntry[] Statuses { get; init; } = [];

        public string? Body { get; init; }

        public double Interval { get; init; }

        public double Timeout { get; init; }

        public double StartPeriod { get; init; }

        public int Failures { get; init; }

        public int Successes { get; init; }

        public double Deadline { get; init; }

        public static ProbeEntry? From(ProbeSpec? p) => p is null ? null : new()
        {
            Kind = p.Kind.ToString(),
            Target = p.Target,
            Statuses = [.. p.Statuses.Select(s => new StatusEntry(s.From, s.To))],
            Body = p.Body,
            Interval = p.Interval.TotalMilliseconds,
            Timeout = p.Timeout.TotalMilliseconds,
            StartPeriod = p.StartPeriod.TotalMilliseconds,
            Failures = p.Failures,
            Successes = p.Successes,
            Deadline = p.Deadline.TotalMilliseconds,
        };

        public ProbeSpec ToProbe() => new()
        {
            Kind = Enum.Parse<ProbeKind>(Kind),
            Target = Target,
            Statuses = [.. Statuses.Select(s => new StatusRange(s.From, s.To))],
            Body = Body,
            Interval = TimeSpan.FromMilliseconds(Interval),
            Timeout = TimeSpan.FromMilliseconds(Timeout),
            StartPeriod = TimeSpan.FromMilliseconds(StartPeriod),
            Failures = Failures,
            Successes = Successes,
            Deadline = TimeSpan.FromMilliseconds(Deadline),
        };
    }
}
