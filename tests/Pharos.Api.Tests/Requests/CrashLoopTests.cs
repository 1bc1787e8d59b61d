using Pharos.Api.Requests;
using Pharos.Contracts;
using Pharos.Core.Lifecycle;
using Xunit;
using static Pharos.Core.Lifecycle.InstanceEvent;

namespace Pharos.Api.Tests.Requests;

/// <summary>The crash-loop table against PM2's documented numbers: what an app does, what PM2 7 does about it, what Pharos does with the same settings.</summary>
public sealed class CrashLoopTests
{
    private const int Endless = 0;
    private const int Watched = 300; // ends that are looked at before a loop counts as endless

    /// <summary>Each row: settings as an ecosystem file has them, life in milliseconds, exit code; then the end at which it is given up and the first waits, PM2 and Pharos.</summary>
    public static TheoryData<string, StartRequest, int, int, (int GivenUp, int[] Waits) /* PM2 */, (int GivenUp, int[] Waits) /* Pharos */> Rows => new()
    {
        // PM2's numbers, configured: the same number of crashes, the same waits.
        { "16 in a row, no back-off", App() with { MaxCrashes = 16, Backoff = "0" }, 10, 1, (16, [0, 0, 0]), (16, [0, 0, 0]) },
        { "min_uptime of 10 s, dies after 5 s", App() with { MaxCrashes = 10, MinUptime = "10000" }, 5000, 1, (10, [0, 0, 0]), (10, [100, 200, 400]) },
        { "many allowed", App() with { MaxCrashes = 100 }, 10, 1, (100, [0, 0, 0]), (100, [100, 200, 400]) },
        { "code 0 at once is a crash too", App() with { MaxCrashes = 16, Backoff = "0" }, 10, 0, (16, [0, 0, 0]), (16, [0, 0, 0]) },
        { "code 0 after its work is none", App() with { MaxCrashes = 16 }, 5000, 0, (Endless, [0, 0, 0]), (Endless, [0, 0, 0]) },
        { "first wait of the back-off", App() with { Backoff = "100", MaxCrashes = 0 }, 10, 1, (Endless, [100, 150, 225, 337, 505]), (Endless, [100, 200, 400, 800, 1600]) }, // doubled, not by half

        // Deliberate: with nothing asked for, less load and an earlier word.
        { "nothing asked for", App(), 10, 1, (16, [0, 0, 0]), (10, [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000]) },

        // PM2's defects: its window begins at the first start and never slides, so these loops are never caught there.
        { "a fixed wait", App() with { RestartDelay = "3000" }, 10, 1, (Endless, [3000, 3000, 3000]), (10, [3000, 3000, 3000]) },
        { "a fixed wait, and 20 allowed", App() with { RestartDelay = "3000", MaxCrashes = 20 }, 10, 1, (Endless, [3000, 3000, 3000]), (20, [3000, 3000, 3000]) },
        { "back-off never gives up", App() with { Backoff = "100" }, 10, 1, (Endless, [100, 150, 225]), (10, [100, 200, 400]) },
        { "crashes after min_uptime", App(), 5000, 1, (Endless, [0, 0, 0]), (10, [0, 0, 0]) },
        { "both waits: there the back-off, here the longer", App() with { Backoff = "100", RestartDelay = "150", MaxCrashes = 0 }, 10, 1, (Endless, [100, 150, 225]), (Endless, [150, 200, 400]) },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_table_is_as_reviewed(string row, StartRequest settings, int life, int code, (int GivenUp, int[] Waits) pm2, (int GivenUp, int[] Waits) pharos)
    {
        var (givenUp, waits) = Play(PolicyOf(settings), life, code);
        Assert.True(pharos.GivenUp == givenUp, $"{row}: given up at {givenUp} (PM2: {pm2.GivenUp})");
        Assert.Equal(pharos.Waits, waits.Take(pharos.Waits.Length));
    }

    [Fact]
    public void A_loop_that_begins_after_an_hour_of_stable_life_is_given_up_where_PM2_never_looks() =>
        Assert.Equal(10, Play(PolicyOf(App()), 10, 1, before: TimeSpan.FromHours(1)).GivenUp);

    /// <summary>PM2: EXP_BACKOFF_RESET_TIMER, 30000 ms, looked at every 30 s. Here at once.</summary>
    [Fact]
    public void The_back_off_begins_anew_after_30_seconds_as_in_PM2() => Assert.Equal(TimeSpan.FromSeconds(30), PolicyOf(App()).HealthyAfter);

    [Theory]
    [InlineData(null, null, 100)]
    [InlineData("3000", null, 0)] // a fixed wait is a fixed wait
    [InlineData("3000", "100", 100)]
    [InlineData("0", null, 100)]
    [InlineData(null, "0", 0)]
    public void A_fixed_wait_turns_the_growing_one_off_unless_both_are_asked_for(string? fixedDelay, string? backoff, int expected) =>
        Assert.Equal(expected, PolicyOf(App() with { RestartDelay = fixedDelay, Backoff = backoff }).BackoffBase.TotalMilliseconds);

    [Theory]
    [InlineData(null, null, null, 60)]
    [InlineData(100, null, null, 1515.5)] // back-off at its cap: 15 s each
    [InlineData(10, "10s", null, 143)]
    [InlineData(100, null, "30s", 30)] // asked for is asked for
    [InlineData(0, null, null, 60)]
    public void The_window_is_as_long_as_the_settings_need_unless_it_is_asked_for(int? most, string? minUptime, string? window, double seconds) =>
        Assert.Equal(seconds, PolicyOf(App() with { MaxCrashes = most, MinUptime = minUptime, CrashWindow = window }).CrashWindow.TotalSeconds, 3);

    private static StartRequest App() => new() { Script = "server.js", Cwd = "/srv" };

    private static RestartPolicy PolicyOf(StartRequest request) => SpecReader.Read(request, DateTimeOffset.UnixEpoch, out _)!.Policy with { Jitter = 0 };

    private static (int GivenUp, List<int> Waits) Play(RestartPolicy policy, int life, int code, TimeSpan before = default)
    {
        var now = before;
        var it = new InstanceState { Phase = Phase.Running, Alive = true, Incarnation = 1, Policy = policy };
        List<int> waits = [];
        for (var end = 1; end <= Watched; end++)
        {
            now += TimeSpan.FromMilliseconds(life);
            var next = InstanceLifecycle.Step(it, new Exited(1, new ExitStatus(code, null), TimeSpan.FromMilliseconds(life) + (end == 1 ? before : default)) { At = now }).Next;
            if (next.Phase == Phase.Failed)
                return (end, waits);
            waits.Add((int)next.Backoff.TotalMilliseconds);
            now += next.Backoff;
            it = next with { Phase = Phase.Running, Alive = true, Spawning = false, Incarnation = 1 };
        }

        return (Endless, waits);
    }
}
