using System.Collections.Immutable;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;
using Pharos.Supervisor.Actors;
using Pharos.Telemetry.Instances;

namespace Pharos.Supervisor.Operations.Jobs;

/// <summary>The runs of one job, of all its slots: what goes on, what was, and how often what came of it. It outlives the app's instances and the daemon.</summary>
public sealed class JobLedger
{
    private readonly TimeProvider _time;
    private readonly Action _changed;
    private readonly object _lock = new(); // guards _runs, _number and _limit: actors, the scheduler and readers meet here
    private ImmutableList<JobRun> _runs; // by number
    private long _number;
    private int _limit;

    /// <param name="saved">What an earlier daemon knew; null: a new job.</param>
    /// <param name="time">Clock.</param>
    /// <param name="changed">Called after each change that is to be saved.</param>
    public JobLedger(SavedJob? saved, TimeProvider time, Action changed)
    {
        _time = time;
        _changed = changed;
        _runs = saved is null ? [] : [.. saved.Runs];
        _number = saved?.Number ?? 0;
        var now = time.GetUtcNow();
        Telemetry = new JobTelemetry(InstanceReporter.UnixNanos(saved?.CountersSince ?? now), InstanceReporter.UnixNanos(now));
        if (saved is not null)
            Telemetry.Restore(saved.Outcomes);
    }

    /// <summary>Its numbers.</summary>
    public JobTelemetry Telemetry { get; }

    /// <summary>What goes on and what was, oldest first.</summary>
    public IReadOnlyList<JobRun> Runs
    {
        get
        {
            lock (_lock)
                return _runs;
        }
    }

    /// <summary>How many runs that have ended are kept.</summary>
    internal int Limit
    {
        set
        {
            lock (_lock)
            {
                _limit = value;
                Trim();
            }
        }
    }

    /// <summary>A number for the next run.</summary>
    internal long NextNumber()
    {
        lock (_lock)
            return ++_number;
    }

    /// <summary>The run that a slot is at.</summary>
    internal JobRun? GoingOn(int index) => Runs.LastOrDefault(r => r.Outcome is null && r.Index == index);

    /// <summary>A run began.</summary>
    internal void Began(JobRun run) => Put(run);

    /// <summary>A run ended.</summary>
    internal void Ended(JobRun run)
    {
        Telemetry.Ran(run.Outcome!.Value, run.Duration);
        Put(run);
    }

    /// <summary>A run was due and is left out. Several in a row are one entry.</summary>
    internal void Skipped(DateTimeOffset dueAt)
    {
        Telemetry.Ran(RunOutcome.Skipped, null);
        var number = NextNumber();
        lock (_lock)
        {
            var last = _runs.LastOrDefault(r => r.Outcome is not null);
            if (last is { Outcome: RunOutcome.Skipped })
                _runs = _runs.Replace(last, last with { DueAt = dueAt, Times = last.Times + 1 });
            else
                _runs = _runs.Add(new() { Number = number, First = number, Trigger = RunTrigger.Schedule, DueAt = dueAt, StartedAt = _time.GetUtcNow(), Outcome = RunOutcome.Skipped });
            Trim();
        }

        _changed();
    }

    internal SavedJob ToSaved()
    {
        lock (_lock)
        {
            return new()
            {
                Number = _number,
                Runs = [.. _runs],
                Outcomes = Enum.GetValues<RunOutcome>().Where(o => Telemetry.Runs[(int)o] > 0).ToImmutableDictionary(o => o, o => Telemetry.Runs[(int)o]),
                CountersSince = DateTimeOffset.UnixEpoch.AddTicks(Telemetry.CountersSinceUnixNanos / 100),
            };
        }
    }

    private void Put(JobRun run)
    {
        lock (_lock)
        {
            var at = _runs.FindIndex(r => r.Number == run.Number);
            _runs = at < 0 ? _runs.Add(run) : _runs.SetItem(at, run);
            Trim();
        }

        _changed();
    }

    /// <summary>What goes on is never forgotten: the next daemon takes it back by it.</summary>
    private void Trim()
    {
        var surplus = _runs.Count(r => r.Outcome is not null) - _limit;
        if (surplus > 0)
            _runs = _runs.RemoveAll(r => r.Outcome is not null && surplus-- > 0);
    }
}
