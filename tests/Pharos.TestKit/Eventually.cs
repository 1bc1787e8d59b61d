using System.Diagnostics;

namespace Pharos.TestKit;

/// <summary>Waits for what a test expects, with a deadline, instead of sleeping for as long as it usually takes.</summary>
public static class Eventually
{
    /// <summary>Long enough for a loaded machine: a test that passes never waits this long.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until the condition is true.</summary>
    /// <param name="condition">Asked again and again; an exception counts as "not yet".</param>
    /// <param name="what">What is awaited, as a sentence: "the daemon answers".</param>
    /// <param name="deadline">Wall time to wait at most; <see langword="null"/> for <see cref="DefaultDeadline"/>.</param>
    /// <param name="details">Called once on time-out; shown below the message: a child's output, the last answer.</param>
    /// <exception cref="EventuallyTimedOutException">The deadline passed; the inner exception is the condition's last one.</exception>
    public static Task True(Func<bool> condition, string what, TimeSpan? deadline = null, Func<string>? details = null) =>
        True(() => Task.FromResult(condition()), what, deadline, details);

    /// <inheritdoc cref="True(Func{bool}, string, TimeSpan?, Func{string}?)"/>
    public static Task True(Func<Task<bool>> condition, string what, TimeSpan? deadline = null, Func<string>? details = null) =>
        Poll(async () => (await condition(), true), what, deadline, details);

    /// <summary>Waits until the assertions inside no longer throw.</summary>
    /// <inheritdoc cref="True(Func{bool}, string, TimeSpan?, Func{string}?)"/>
    public static Task Passes(Func<Task> assertions, string what, TimeSpan? deadline = null, Func<string>? details = null) =>
        Poll(
            async () =>
            {
                await assertions();
                return (true, true);
            },
            what, deadline, details);

    /// <summary>Waits until there is a value, and returns it.</summary>
    /// <param name="find"><see langword="null"/> or an exception means "not yet".</param>
    /// <param name="what">What is awaited, as a sentence.</param>
    /// <param name="deadline">Wall time to wait at most; <see langword="null"/> for <see cref="DefaultDeadline"/>.</param>
    /// <param name="details">Called once on time-out; shown below the message.</param>
    /// <exception cref="EventuallyTimedOutException">The deadline passed.</exception>
    public static Task<T> Value<T>(Func<T?> find, string what, TimeSpan? deadline = null, Func<string>? details = null)
        where T : class =>
        Value(() => Task.FromResult(find()), what, deadline, details);

    /// <inheritdoc cref="Value{T}(Func{T}, string, TimeSpan?, Func{string})"/>
    public static Task<T> Value<T>(Func<Task<T?>> find, string what, TimeSpan? deadline = null, Func<string>? details = null)
        where T : class =>
        Poll(
            async () =>
            {
                var value = await find();
                return (value is not null, value!);
            },
            what, deadline, details);

    private static async Task<T> Poll<T>(
        Func<Task<(bool Done, T Value)>> ask, string what, TimeSpan? deadline, Func<string>? details)
    {
        var limit = deadline ?? DefaultDeadline;
        var clock = Stopwatch.StartNew();
        var pause = FirstPause;
        Exception? last;
        var asked = 0;
        do
        {
            if (asked++ > 0)
            {
                await Task.Delay(pause);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }

            try
            {
                var (done, value) = await ask();
                if (done)
                {
                    return value;
                }

                last = null;
            }
            catch (Exception e) // not yet: whatever it says is shown when the time is up
            {
                last = e;
            }
        }
        while (clock.Elapsed < limit);

        throw new EventuallyTimedOutException(Message(what, clock.Elapsed, asked, last, details), last);
    }

    private static string Message(string what, TimeSpan waited, int asked, Exception? last, Func<string>? details)
    {
        var message = $"Waited {waited.TotalSeconds:0.0} s (asked {asked} times) for this, in vain: {what}.";
        if (last is not null)
        {
            message += $"\nThe last attempt threw: {last.Message}";
        }

        return details is null ? message : $"{message}\n{details()}";
    }
}

/// <summary>What was awaited did not come about in time.</summary>
public sealed class EventuallyTimedOutException(string message, Exception? inner) : Exception(message, inner);
