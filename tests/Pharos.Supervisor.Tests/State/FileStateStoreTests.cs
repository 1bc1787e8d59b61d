using System.Collections.Immutable;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Supervisor.State;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.State;

public sealed class FileStateStoreTests : IDisposable
{
    private readonly TempHome _home = new();

    private string Folder => _home.Path + "/state";

    [Fact]
    public void What_is_saved_is_what_is_loaded()
    {
        var state = State("web");
        new FileStateStore(Folder).Save(state);
        var loaded = new FileStateStore(Folder).Load(out var warnings);
        Assert.Empty(warnings);
        var (before, after) = (state.Apps[0], loaded!.Apps[0]);
        Assert.Equal(before.Spec, after.Spec);
        Assert.Equal(before.Spec.CreatedAt, after.Spec.CreatedAt);
        var (was, now) = (before.Instances[0], after.Instances[0]);
        Assert.Equal(was.Restarts.OrderBy(r => r.Key), now.Restarts.OrderBy(r => r.Key));
        Assert.Equal(was.Exits.OrderBy(r => r.Key), now.Exits.OrderBy(r => r.Key));
        Assert.Equal(before.Job!.Outcomes.OrderBy(o => o.Key), after.Job!.Outcomes.OrderBy(o => o.Key));
        Assert.Equal(before.Job with { Outcomes = after.Job.Outcomes }, after.Job);
        Assert.Equal(was with { Restarts = now.Restarts, Exits = now.Exits }, now);
    }

    [Fact]
    public void Five_generations_are_kept_readable_by_nobody_else()
    {
        var store = new FileStateStore(Folder);
        var paths = Enumerable.Range(0, 8).Select(n => store.Save(State($"app{n}"))).ToList();
        Assert.Equal(paths[^5..], Directory.GetFiles(Folder).Order());
        Assert.All(paths[^5..], p => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(p)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        Assert.Equal("app7", store.Load(out _)!.Apps[0].Spec.Name);
    }

    [Fact]
    public void Wherever_the_newest_file_is_cut_the_one_before_is_taken_and_it_is_said()
    {
        var store = new FileStateStore(Folder);
        store.Save(State("old"));
        var newest = store.Save(State("new"));
        var whole = File.ReadAllBytes(newest);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(newest, whole[..length]);
            Assert.Equal("old", store.Load(out var warnings)!.Apps[0].Spec.Name);
            Assert.Contains(newest, Assert.Single(warnings), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Any_changed_byte_is_noticed()
    {
        var store = new FileStateStore(Folder);
        store.Save(State("old"));
        var newest = store.Save(State("new"));
        var whole = File.ReadAllBytes(newest);
        for (var at = 0; at < whole.Length; at += 7)
        {
            var broken = whole.ToArray();
            broken[at] ^= 0x10;
            File.WriteAllBytes(newest, broken);
            Assert.Equal("old", store.Load(out _)!.Apps[0].Spec.Name);
        }
    }

    [Fact]
    public void When_none_is_whole_it_refuses_and_touches_nothing()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Folder + "/00000001.json", "garbage");
        File.WriteAllBytes(Folder + "/00000002.json", [0, 255, 10, 7]);
        var before = Directory.GetFiles(Folder).Select(f => (f, Convert.ToHexString(File.ReadAllBytes(f)))).Order().ToList();
        var refused = Assert.Throws<StateUnreadableException>(() => new FileStateStore(Folder).Load(out _));
        Assert.Contains("00000002.json", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(Folder).Select(f => (f, Convert.ToHexString(File.ReadAllBytes(f)))).Order());
    }

    [Fact]
    public void Where_there_never_was_one_there_is_none_and_other_files_do_not_count()
    {
        Assert.Null(new FileStateStore(Folder).Load(out _));
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Folder + "/notes.json", "mine");
        File.WriteAllText(Folder + "/00000001.json.tmp", "half");
        Assert.Null(new FileStateStore(Folder).Load(out _));
    }

    public void Dispose() => _home.Dispose();

    private static SavedState State(string name) => new()
    {
        Apps =
        [
            new SavedApp
            {
                Spec = World.Spec(name) with
                {
                    Ready = new ProbeSpec { Kind = ProbeKind.Http, Target = "http://a/", Statuses = [new(200, 204)], Body = "ok", Interval = TimeSpan.FromSeconds(1), Deadline = TimeSpan.FromSeconds(9) },
                    Live = new ProbeSpec { Kind = ProbeKind.Tcp, Target = "80", Failures = 5, Successes = 2, StartPeriod = TimeSpan.Zero },
                    DependsOn = [new Dependency("db", DependencyCondition.Started, Restart: true)],
                    Watch = new WatchSpec { Paths = ["/src"], Ignore = ["*.tmp"], Delay = TimeSpan.FromSeconds(2) },
                    Resources = new ResourceSpec { MemoryBytes = 1 << 20, CpuPercent = 150, Tasks = 64 },
                    Job = new JobSpec { Cron = "0 3 * * *", Zone = "UTC", Overlap = JobOverlap.Replace, History = 3, Deadline = TimeSpan.FromHours(1) },
                    Autostart = false,
                    OutFile = "/o.log",
                    ErrFile = "/e.log",
                    Args = ["a", "b"],
                    Env = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal).Add("KEY", "value \u00e9 \n"),
                    Limits = [new ResourceLimit("nofile", 1024, ulong.MaxValue)],
                    Umask = 18,
                    Stdio = StdioMode.Fifo,
                    CreatedAt = DateTimeOffset.UnixEpoch.AddDays(1),
                    Policy = new RestartPolicy { StopExitCodes = [0, 3], Grace = TimeSpan.FromMilliseconds(1500.5) },
                },
                Job = new SavedJob
                {
                    Number = 9,
                    Runs =
                    [
                        new JobRun { Number = 8, First = 7, Trigger = RunTrigger.Retry, StartedAt = DateTimeOffset.UnixEpoch.AddDays(3), Index = 2, Incarnation = 6, Outcome = RunOutcome.Deadline, Duration = TimeSpan.FromMilliseconds(1234.5), Reason = ExitReason.StopTimeoutKill, Code = 3, Signal = 9 },
                        new JobRun { Number = 9, First = 9, Trigger = RunTrigger.Schedule, DueAt = DateTimeOffset.UnixEpoch.AddDays(4), StartedAt = DateTimeOffset.UnixEpoch.AddDays(4), Incarnation = 7, Times = 4 },
                    ],
                    Outcomes = ImmutableDictionary<RunOutcome, long>.Empty.Add(RunOutcome.Skipped, 4),
                    CountersSince = DateTimeOffset.UnixEpoch.AddDays(2),
                },
                Instances =
                [
                    new SavedInstance
                    {
                        Index = 0, Wanted = true, Incarnation = 7, Process = new ProcessIdentity(12, 345, "boot"), Failure = FailureReason.CrashLoop,
                        CountersSince = DateTimeOffset.UnixEpoch.AddDays(2),
                        Restarts = ImmutableDictionary<RestartReason, long>.Empty.Add(RestartReason.Crash, 5).Add(RestartReason.Manual, 1),
                        Exits = ImmutableDictionary<ExitReason, long>.Empty.Add(ExitReason.OomKill, 2),
                    },
                ],
            },
        ],
    };
}
