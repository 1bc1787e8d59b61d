using Pharos.Core.Specs.Logs;
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
                Samples.Print(log, $"{n}", n + 1);
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
    public void A_slow_follower_loses_what_it_has_no_room_for_and_is_told_how_many_and_where()
    {
        var hub = new LogHub();
        using var log = Samples.Log(_home.Path, hub);
        using var slow = hub.Subscribe([log], 0, _ => true, follow: true);
        for (var n = 0; n < 10_000; n++)
            Samples.Print(log, $"{n}");
        List<string> read = [];
        Take(1000);
        Samples.Print(log, "no room until half is read");
        Take(3096);
        Assert.Equal(Enumerable.Range(0, 4096).Select(n => $"{n}"), read);
        Samples.Print(log, "there is room again");
        Take(2);
        Assert.Equal(["5905 missed", "there is room again"], read[4096..]);
        Assert.Equal(0, slow.TakeMissed());

        for (var n = 0; n < 5000; n++)
            Samples.Print(log, $"{n}");
        Assert.Equal(0, slow.TakeMissed()); // not before the lines that are there
        Take(4096);
        Assert.Equal((false, 904, 0), (slow.TryRead(out _), slow.TakeMissed(), slow.TakeMissed()));

        void Take(int count)
        {
            for (; count > 0; count--)
            {
                Assert.True(slow.TryRead(out var line));
                read.Add(line.Missed > 0 ? $"{line.Missed} missed" : Samples.Text(line));
            }
        }
    }

    [Fact]
    public void What_a_follower_that_reads_nothing_keeps_is_bounded_in_bytes()
    {
        var hub = new LogHub();
        using var log = Samples.Log(_home.Path, hub, logs: new LogSpec { Rotation = new LogRotation { Enabled = false } }); // a rotated file would be compressed while the test ends
        using var hung = hub.Subscribe([log], 0, _ => true, follow: true);
        var wide = new string('x', 64 * 1024);
        for (var n = 0; n < 200; n++)
            Samples.Print(log, wide);
        var kept = 0;
        while (hung.TryRead(out _))
            kept++;
        Assert.Equal(32, kept);
        Assert.Equal(200 - 32, hung.TakeMissed());
    }

    [Fact]
    public async Task Without_following_it_ends_after_the_last_lines()
    {
        var hub = new LogHub();
        using var log = Samples.Log(_home.Path, hub);
        Samples.Print(log, "a");
        using var once = hub.Subscribe([log], 5, _ => true, follow: false);
        Samples.Print(log, "b");
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
        Samples.Print(log, "b");
        Assert.False(await gone.WaitAsync(CancellationToken.None));
    }

    [Fact]
    public void Lines_of_a_daemon_that_had_no_store_are_there()
    {
        File.WriteAllText(_home.File("out.log"), new string('x', 70_000) + "\nwhole\n");
        var hub = new LogHub();
        using var log = Samples.Log(_home.Path, hub);
        Samples.Print(log, "new");
        using var once = hub.Subscribe([log], 2, _ => true, follow: false);
        Assert.True(once.TryRead(out var first));
        Assert.True(once.TryRead(out var second));
        Assert.Equal(["new", "whole"], new[] { Samples.Text(first), Samples.Text(second) }.Order());
    }

    public void Dispose() => _home.Dispose();
}
