using Pharos.Core.Specs;

namespace Pharos.Core.Lifecycle;

/// <summary>From single answers of a probe to a verdict, and to the time of the next question. Immutable and pure.</summary>
public sealed record ProbeTally
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    /// <summary>The probe.</summary>
    public required ProbeSpec Spec { get; init; }

    /// <summary>Good answers in a row.</summary>
    public int Successes { get; init; }

    /// <summary>Bad answers in a row that count.</summary>
    public int Failures { get; init; }

    /// <summary>There was a good verdict: the start is over.</summary>
    public bool WasGood { get; init; }

    /// <summary>Time until the next question.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Takes an answer in.</summary>
    /// <param name="good">Whether it was good.</param>
    /// <param name="sinceStart">How long the process has lived.</param>
    /// <returns>The tally after it, and what is known from now on: true, false, or null when this answer decides nothing.</returns>
    public (ProbeTally Next, bool? Verdict) Take(bool good, TimeSpan sinceStart)
    {
        if (good)
        {
            var passed = Successes + 1 >= Spec.Successes;
            var next = this with { Successes = Math.Min(Successes + 1, Spec.Successes), Failures = 0, WasGood = WasGood || passed };
            return (next with { Wait = next.NextWait() }, passed ? true : null);
        }

        var counts = WasGood || sinceStart >= Spec.StartPeriod;
        var failures = counts ? Math.Min(Failures + 1, Spec.Failures) : 0;
        var after = this with { Successes = 0, Failures = failures };
        return (after with { Wait = after.NextWait() }, counts && failures >= Spec.Failures ? false : null);
    }

    /// <summary>While it starts the questions come fast at first and ever slower, up to the interval.</summary>
    private TimeSpan NextWait()
    {
        if (WasGood)
            return Spec.Interval;
        var wait = Wait == TimeSpan.Zero ? FirstWait : Wait * 1.5;
        return wait < Spec.Interval ? wait : Spec.Interval;
    }
}
