using Pharos.Logs.Live;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Live;

public sealed class LogHubTests : IDisposable
{
    private readonly TempHome _home = new();

    [Fact]
    public async Task A_follower_misses_nothing_and_sees_nothing_twice_while_lines_come()
    {
        const int Lines = 4000;
        var hub = new LogHub();
        using var log = Samples.Log(_home.Path, hub);
        var writer = Task.Run(() =>
        {
            for (var n = 0; n < Lines; n++)
                hub.Publish(Samples.Line($"{n}", n + 1), log.Ring);
        });
        List<LogSubscription> followers = [];
        while (!writer.IsCompleted && followers.Count < 50)
        {
            followers.Add(hub.Subscribe([log], 100, _ => true, follow: true));
            await Task.Yield();
        }

        await writer;
        Assert.NotEmpty(followers);
        foreach (var follower in followers)
        {
            List<int> seen = [];
            while (follower.TryRead(out var line))
                seen.Add(int.Parse(Samples.Text(line)));
            if (seen.Count > 0)
                Assert.Equal(Enumerable.Range(seen[0], Lines - seen[0]), seen);
            Assert.Equal(0, follower.TakeMissed());
            follower.Dispose();
        }
    }

    [Fact]
    public void A_slow_follower_loses_the_oldest_and_is_told_how_many()
    {
        var hub = new LogHub();
        using var log = Samples.Log(_home.Path, hub);
        using var slow = hub.Subscribe([log], 0, _ => true, follow: true);
        for (var n = 0; n < 10_000; n++)
            hub.Publish(Samples.Line($"{n}"), log.Ring);
        Assert.Equal(10_000 - 8192, slow.TakeMissed());
        Assert.Equal(0, slow.TakeMissed());
        Assert.True(slow.TryRead(out var first));
        Assert.Equal($"{10_000 - 8192}", Samples.Text(first));
    }

    [Fact]
    public void What_a_follower_that_reads_nothing_keeps_is_bounded_in_bytes()
    {
        var hub = new LogHub();
        using var log = Samples.Log(_home.Path, hub);
        using var hung = hub.Subscribe([log], 0, _ => true, follow: true);
        var wide = new string('x', 64 * 1024);
        for (var n = 0; n < 200; n++)
            hub.Publish(Samples.Line(wide), log.Ring);
        var kept = 0;
        while (hung.TryRead(out _))
            kept++;
        Assert.Equal(64, kept);
        Assert.Equal(200 - 64, hung.TakeMissed());
    }

    [Fact]
    public async Task Without_following_it_ends_after_the_last_lines()
    {
        var hub = new LogHub();
        using var log = Samples.Log(_home.Path, hub);
        hub.Publish(Samples.Line("a"), log.Ring);
        using var once = hub.Subscribe([log], 5, _ => true, follow: false);
        hub.Publish(Samples.Line("b"), log.Ring);
        Assert.True(once.TryRead(out var line));
        Assert.Equal("a", Samples.Text(line));
        Assert.False(await once.WaitAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Who_left_gets_nothing_more()
    {
        var hub = new LogHub();
        using var log = Samples.Log(_home.Path, hub);
        var gone = hub.Subscribe([log], 5, _ => true, follow: true);
        gone.Dispose();
        hub.Publish(Samples.Line("b"), log.Ring);
        Assert.False(await gone.WaitAsync(CancellationToken.None));
    }

    [Fact]
    public void Lines_of_an_earlier_daemon_are_there_without_a_time_and_a_cut_first_line_is_left_out()
    {
        File.WriteAllText(_home.File("out.log"), new string('x', 70_000) + "\nwhole\nhalf");
        var hub = new LogHub();
        using var log = Samples.Log(_home.Path, hub);
        using var once = hub.Subscribe([log], 10, _ => true, follow: false);
        Assert.True(once.TryRead(out var first));
        Assert.Equal(("whole", 0L), (Samples.Text(first), first.AtUnixNanos));
        Assert.True(once.TryRead(out var second));
        Assert.Equal("half", Samples.Text(second));
    }

    public void Dispose() => _home.Dispose();
}
