using System.Collections.Immutable;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Schedules;
using Pharos.Core.Specs;
using Pharos.Core.Specs.Logs;
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
        Assert.Equal("this boot", loaded.BootId);
    }

    /// <summary>Written by 0.1.0, before a lifecycle was kept.</summary>
    [Fact]
    public void A_file_of_an_earlier_version_is_loaded_and_what_it_does_not_know_is_not_known()
    {
        const string Body =
            """
            {"apps":[{"spec":{"name":"web","namespace":"default","script":"/bin/app","cwd":"/","policy":{"mode":"Always","minUptime":1000,"grace":5000,"stopSignal":2}},
            "instances":[{"index":0,"wanted":true,"incarnation":3,"process":{"pid":12,"startTicks":345,"bootId":"boot"},"restarts":{"Crash":2},"exits":{},"countersSince":"1970-01-03T00:00:00+00:00"}]}]}
            """;
        Directory.CreateDirectory(Folder);
        var sum = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Body)));
        File.WriteAllText(Folder + "/00000004.json", $"pharos-state 1 sha256 {sum}\n{Body}");
        var loaded = new FileStateStore(Folder).Load(out var warnings);
        Assert.Empty(warnings);
        Assert.Null(loaded!.BootId);
        var it = Assert.Single(Assert.Single(loaded.Apps).Instances);
        Assert.Equal((true, 3, 12, 2L), (it.Wanted, it.Incarnation, it.Process!.Pid, it.Restarts[RestartReason.Crash]));
        Assert.Equal((null, null, null, null), (it.Run, it.LastExit, it.LastRestart, it.StartedAt));
        Assert.True(loaded.Apps[0].Spec.InjectOtel);
    }

    [Fact]
    public void Members_that_an_older_file_lacks_keep_their_defaults()
    {
        var types = typeof(StateFile).GetNestedTypes(System.Reflection.BindingFlags.NonPublic).Append(typeof(RunEntry)).Append(typeof(ExitEntry)).Append(typeof(CountersEntry)).Append(typeof(CountersEntry.HistogramEntry));
        var initOnly = types.SelectMany(t => t.GetProperties()).Where(p => p.SetMethod is { } set
            && set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)) && !p.DeclaringType!.GetConstructors().Any(c => c.GetParameters().Any(parameter => parameter.Name == p.Name)));
        Assert.Empty(initOnly.Select(p => $"{p.DeclaringType!.Name}.{p.Name}: write set, not init"));
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
    public void Wherever_the_only_file_is_cut_or_a_byte_of_it_is_garbage_it_is_refused_in_one_line_and_left_as_it_is()
    {
        var only = new FileStateStore(Folder).Save(State("web"));
        var whole = File.ReadAllBytes(only);
        var random = new Random(20261124);
        for (var at = 0; at < whole.Length; at++)
        {
            var flipped = whole.ToArray();
            flipped[at] ^= (byte)random.Next(1, 256);
            foreach (var broken in (byte[][])[whole[..at], flipped])
            {
                File.WriteAllBytes(only, broken);
                var refused = Assert.Throws<StateUnreadableException>(() => new FileStateStore(Folder).Load(out _));
                Assert.DoesNotContain('\n', refused.Message);
                Assert.Contains(only, refused.Message, StringComparison.Ordinal);
                Assert.Equal(broken, File.ReadAllBytes(only));
            }
        }
    }

    [Fact]
    public void With_every_generation_but_the_oldest_broken_that_one_is_taken_and_each_passed_over_is_a_line()
    {
        var store = new FileStateStore(Folder);
        var paths = Enumerable.Range(0, 5).Select(n => store.Save(State($"app{n}"))).ToList();
        foreach (var path in paths[1..])
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        Assert.Equal("app0", store.Load(out var warnings)!.Apps[0].Spec.Name);
        Assert.Equal(paths[1..].AsEnumerable().Reverse(), warnings.Select(w => w.Split(' ')[2]));
    }

    [Fact]
    public void What_is_kept_for_a_person_is_no_generation_and_outlives_them()
    {
        var store = new FileStateStore(Folder);
        store.Save(State("old"));
        var kept = store.Keep(State("old"));
        for (var n = 0; n < 8; n++)
            store.Save(State("new"));
        Assert.Equal("new", store.Load(out _)!.Apps[0].Spec.Name);
        Assert.Equal("old", store.Recall(null, out var source).Apps[0].Spec.Name);
        Assert.Equal(kept, source);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
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
        BootId = "this boot",
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
                    Logs = new LogSpec { CombinedFile = "/c.log", TimeFormat = "iso", Rotation = new() { Age = TimeSpan.FromDays(3), Keep = 0 }, Redaction = new() { Patterns = ["a", "b"] }, Samples = [new(LogLevel.Debug, 0.1)], Ship = false },
                    OutFile = "/o.log",
                    ErrFile = "/e.log",
                    PidFile = "/run/{number}.pid",
                    Stdin = true,
                    Annotations = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal).Add("face", "{}"),
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
                        Index = 0, Number = 5, CreatedAt = DateTimeOffset.UnixEpoch.AddDays(9), Wanted = true, Incarnation = 7, Process = new ProcessIdentity(12, 345, "boot"), Failure = FailureReason.CrashLoop,
                        CountersSince = DateTimeOffset.UnixEpoch.AddDays(2),
                        StartedAt = DateTimeOffset.UnixEpoch.AddDays(3),
                        LastRestart = RestartReason.MemoryLimit,
                        RestartsShown = 2,
                        Counters = new SavedCounters { LogBytes = [1, 2], LogRecords = [3], LogDropped = [4, 5], Durations = [new SavedHistogram("run", "crash", [0, 2], 1.25)] },
                        LastExit = new SavedExit(ExitReason.OomKill, new ExitStatus(null, 9, OomKilled: true), DateTimeOffset.UnixEpoch.AddDays(4), TimeSpan.FromMilliseconds(12.5), ["last", "words"]),
                        Run = new SavedRun
                        {
                            Phase = Phase.Stopping, Readiness = Readiness.Unready, Spawning = true, Killed = true, RestartAfterStop = RestartReason.Probe,
                            LaunchReason = RestartReason.Crash, Error = "no \"luck\"", Backoff = TimeSpan.FromMilliseconds(1600.25), UnstableInARow = 4,
                            Crashes = [DateTimeOffset.UnixEpoch.AddDays(5), DateTimeOffset.UnixEpoch.AddDays(6)], Deadline = DateTimeOffset.UnixEpoch.AddDays(7),
                        },
                        Restarts = ImmutableDictionary<RestartReason, long>.Empty.Add(RestartReason.Crash, 5).Add(RestartReason.Manual, 1),
                        Exits = ImmutableDictionary<ExitReason, long>.Empty.Add(ExitReason.OomKill, 2),
                    },
                ],
            },
        ],
    };
}
