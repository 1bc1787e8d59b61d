using System.Collections.Immutable;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;

namespace Pharos.Supervisor.State;

/// <summary>The runs of a job. Durations are milliseconds.</summary>
internal sealed partial record StateFile
{
    internal sealed record JobRunsEntry(long Number, JobRunEntry[] Runs, Dictionary<string, long> Outcomes, DateTimeOffset CountersSince)
    {
        public static JobRunsEntry? From(SavedJob? job) => job is null ? null : new(
            job.Number, [.. job.Runs.Select(JobRunEntry.From)], job.Outcomes.ToDictionary(o => o.Key.ToString(), o => o.Value), job.CountersSince);

        public SavedJob ToJob() => new()
        {
            Number = Number,
            Runs = [.. Runs.Select(r => r.ToRun())],
            Outcomes = Outcomes.ToImmutableDictionary(o => Enum.Parse<RunOutcome>(o.Key), o => o.Value),
            CountersSince = CountersSince,
        };
    }

    internal sealed record JobRunEntry
    {
        public long Number { get; set; }

        public long First { get; set; }

        public required string Trigger { get; set; }

        public DateTimeOffset? DueAt { get; set; }

        public DateTimeOffset StartedAt { get; set; }

        public int Index { get; set; }

        public int Incarnation { get; set; }

        public string? Outcome { get; set; }

        public double? Duration { get; set; }

        public string? Reason { get; set; }

        public int? Code { get; set; }

        public int? Signal { get; set; }

        public int Times { get; set; } = 1;

        public static JobRunEntry From(JobRun r) => new()
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
