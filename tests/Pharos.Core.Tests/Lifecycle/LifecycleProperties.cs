using FsCheck;
using FsCheck.Fluent;
using Pharos.Core.Lifecycle;
using Xunit;

namespace Pharos.Core.Tests.Lifecycle;

public sealed class LifecycleProperties
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void No_history_ever_leaves_two_processes_alive() =>
        Check.One(Many, Prop.ForAll(Replay.Any, history => Play(history).MostAlive <= 1));

    [Fact]
    public void After_a_stop_nothing_spawns_until_a_start() =>
        Check.One(Many, Prop.ForAll(Replay.Any, history => !Play(history).Faults.Any(f => f.Contains("after a stop", StringComparison.Ordinal))));

    [Fact]
    public void The_state_and_the_world_never_disagree_and_no_wait_is_without_a_timer() =>
        Check.One(Many, Prop.ForAll(Replay.Any, history => Play(history).Faults is [] and var none && none.Count == 0));

    [Fact]
    public void A_job_agrees_with_the_world_too_and_is_never_failed_for_good() =>
        Check.One(Many, Prop.ForAll(Replay.Any, history =>
        {
            var replay = new Replay(job: true);
            return history.All(h => replay.Play([h], TimeSpan.FromMilliseconds(100)).State.Phase != Phase.Failed) && replay is { MostAlive: <= 1, Faults: [] };
        }));

    [Fact]
    public void The_properties_reach_every_phase()
    {
        HashSet<Phase> reached = [];
        Check.One(Many.WithMaxTest(200), Prop.ForAll(Replay.Any, history =>
        {
            var replay = new Replay();
            foreach (var happening in history)
                reached.Add(replay.Play([happening], TimeSpan.FromMilliseconds(100)).State.Phase);
        }));
        Assert.Equal(Enum.GetValues<Phase>().ToHashSet(), reached);
    }

    private static Replay Play(IEnumerable<Happening> history) => new Replay().Play(history, TimeSpan.FromMilliseconds(100));
}
