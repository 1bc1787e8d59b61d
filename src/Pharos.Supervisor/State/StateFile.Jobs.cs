using System.Collections.Immutable;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;

namespace Pharos.Supervisor.State;

/// <summary>The runs of a job. Durations are milliseconds.</summary>
internal sealed partial record StateFile
{
    internal sealed record JobRunsEntry(long Number, RunEntry[] Runs, Dictionary<string, long> Outcomes, DateTimeOffset CountersSince)
    {
        public static JobRunsEntry? From(SavedJob? job) => job is null ? null : new(
            job.Number, [.. job.Runs.Select(RunEntry.From)], job.Outcomes.ToDictionary(o => o.Key.ToString(), o => o.Value), job.CountersSince);

        public SavedJob ToJob() => new()
        {
            Number = Number,
            Runs = [.. Runs.Select(r => r.ToRun())],
            Outcomes = Outcomes.ToImmutableDictionary(o => Enum.Parse<RunOutcome>(o.Key), o => o.Value),
            CountersSince = CountersSince,
        };
    }

    internal sealed record RunEntry
    {
        public long Number { get; init; }

        public long First { get; init; }

        public required string Trigger { get; init; }

        public DateTimeOffset? DueAt { get; init; }

        public DateTimeOffset StartedAt { get; init; }

        public int Index { get; init; }

        public int Incarnation { get; init; }

        public string? Outcome { get; init; }

        public double? Duration { get; init; }

        public string? Reason { get; init; }

        public int? Code { get; init; }

        public int? Signal { get; init; }

        public int Times { get; init; } = 1;

        public static RunEntry From(JobRun r) => new()
        {
            Number = r.Number,
            First = r.First,
            Trigger = r.Trigger.ToString(),
            DueAt = r.DueAt,
            StartedAt = r.StartedAt,
            Index = r.Index,
            Incarnation = r.Incarnation,
            Outcome = r.Outcome?.ToString(),
            Duration = r.Duration?.TotalMilliseconds,
            Reason = r.Reason?.ToString(),
            Code = r.Code,
            Signal = r.Signal,
            Times = r.Times,
        };

        public JobRun ToRun() => new()
        {
            Number = Number,
            First = First,
            Trigger = Enum.Parse<RunTrigger>(Trigger),
            DueAt = DueAt,
            StartedAt = StartedAt,
            Index = Index,
            Incarnation = Incarnation,
            Outcome = Outcome is null ? null : Enum.Parse<RunOutcome>(Outcome),
            Duration = Duration is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            Reason = Reason is null ? null : Enum.Parse<ExitReason>(Reason),
            Code = Code,
            Signal = Signal,
            Times = Times,
        };
    }
}
