using Xunit;

namespace Pharos.TestKit.Tests;

public sealed class EventuallyTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_condition_that_becomes_true_ends_the_wait()
    {
        var asked = 0;
        await Eventually.True(() => ++asked == 3, "the third answer");
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_condition_is_asked_at_least_once_even_without_any_time() =>
        await Eventually.True(() => true, "nothing to wait for", TimeSpan.Zero);

    [Fact]
    public async Task A_time_out_says_what_was_awaited_and_shows_the_details()
    {
        var e = await Assert.ThrowsAsync<EventuallyTimedOutException>(
            () => Eventually.True(() => false, "the moon is blue", Short, () => "it wrote: still white"));
        Assert.Contains("the moon is blue", e.Message, StringComparison.Ordinal);
        Assert.Contains("it wrote: still white", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_means_not_yet()
    {
        var asked = 0;
        await Eventually.Passes(() => Task.FromResult(asked++ < 2 ? throw new InvalidOperationException("early") : asked), "no exception");
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_time_out_carries_the_last_exception()
    {
        var e = await Assert.ThrowsAsync<EventuallyTimedOutException>(
            () => Eventually.True(bool () => throw new InvalidOperationException("no such file"), "the file is there", Short));
        Assert.Contains("no such file", e.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(e.InnerException);
    }

    [Fact]
    public async Task An_exception_that_went_away_before_the_time_out_is_not_blamed()
    {
        var asked = 0;
        var e = await Assert.ThrowsAsync<EventuallyTimedOutException>(
            () => Eventually.True(() => asked++ == 0 ? throw new InvalidOperationException("once") : false, "true", Short));
        Assert.Null(e.InnerException);
    }

    [Fact]
    public async Task A_value_is_returned_once_it_is_there()
    {
        var asked = 0;
        Assert.Equal("here", await Eventually.Value(() => ++asked < 3 ? null : "here", "a value"));
    }
}
