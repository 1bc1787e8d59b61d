using Pharos.Core.Identity;
using Pharos.Logs.Live;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Actors;

/// <summary>The small numbers of instances, and what is named by them.</summary>
public sealed class InstanceNumberTests
{
    [Fact]
    public async Task Numbers_grow_over_all_apps_and_begin_at_zero_when_none_is_left()
    {
        await using var world = new World();
        await world.Running(World.Spec("a", instances: 2));
        await world.Running(World.Spec("b"));
        Assert.Equal([0, 1, 2], world.Supervisor.Actors.Select(a => a.Snapshot.Number));
        Assert.Null(await world.Supervisor.DeleteAsync("b", default, CancellationToken.None));
        await world.Running(World.Spec("c"));
        Assert.Equal(3, world.Actor("c").Snapshot.Number);
        Assert.Null(await world.Supervisor.DeleteAsync("all", default, CancellationToken.None));
        await world.Running(World.Spec("d"));
        Assert.Equal(0, world.Actor("d").Snapshot.Number);
    }

    [Fact]
    public async Task A_number_is_kept_over_restarts_changes_and_daemons()
    {
        await using var world = new World();
        await world.Running(World.Spec("a"));
        await world.Running(World.Spec("b", instances: 2));
        Assert.Null(await world.Supervisor.DeleteAsync("a", default, CancellationToken.None));
        Assert.Null(await world.Supervisor.RestartAsync("b", default, CancellationToken.None));
        await world.Supervisor.ApplyAsync([World.Spec("b", instances: 2) with { Args = ["new"] }], "/f", true, null, false, default, CancellationToken.None);
        Assert.Equal([1, 2], world.Supervisor.Actors.Select(a => a.Snapshot.Number));
        await world.NextDaemon();
        Assert.Equal([1, 2], world.Supervisor.Actors.Select(a => a.Snapshot.Number));
        await world.Running(World.Spec("c"));
        Assert.Equal(3, world.Actor("c").Snapshot.Number);
    }

    [Fact]
    public async Task It_counts_anew_from_when_somebody_starts_or_restarts_it_and_not_from_a_crash()
    {
        await using var world = new World();
        var actor = await world.Running();
        var declared = actor.Snapshot.CreatedAt;
        world.Time.Advance(TimeSpan.FromSeconds(5));
        world.Host.Only.End(1);
        await world.TimePasses(() => actor.Snapshot.State.Incarnation == 2 && actor.Snapshot.Process is not null, "it is back");
        Assert.Equal(declared, actor.Snapshot.CreatedAt);
        Assert.Null(await world.Supervisor.RestartAsync("web", default, CancellationToken.None));
        Assert.True(actor.Snapshot.CreatedAt > declared);
    }

    [Theory]
    [InlineData("/l/web.log", 0, 4, "/l/web.log")]
    [InlineData("/l/web.log", 2, 4, "/l/web-2.log")]
    [InlineData("/l/web-{number}.log", 0, 4, "/l/web-4.log")]
    [InlineData("/l/web-{number}.log", 2, 4, "/l/web-4.log")]
    [InlineData("/l/web.{index}", 2, 4, "/l/web.2")]
    [InlineData(null, 2, 4, null)]
    public void A_path_says_how_the_files_of_instances_differ_or_the_slot_does(string? path, int index, int number, string? expected) =>
        Assert.Equal(expected, InstancePath.Of(path, new InstanceKey("web", index), number));

    [Fact]
    public async Task The_pid_file_is_there_while_the_process_is()
    {
        await using var world = new World();
        var file = world.Home.File("pids", "web-0.pid");
        var actor = await world.Running(World.Spec() with { PidFile = file.Replace("web-0", "web-{number}", StringComparison.Ordinal) });
        Assert.Equal(actor.Snapshot.Process!.Pid.ToString(), await File.ReadAllTextAsync(file));
        await world.NextDaemon(() =>
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
            return Task.CompletedTask;
        });
        actor = world.Actor();
        await Eventually.True(() => File.Exists(file), "the next daemon writes it again");
        Assert.Null(await world.Supervisor.StopAsync("web", default, CancellationToken.None));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Annotations_change_without_a_restart()
    {
        await using var world = new World();
        var actor = await world.Running();
        var process = actor.Snapshot.Process;
        var noted = World.Spec() with { Annotations = World.Spec().Annotations.Add("face", "new") };
        var change = Assert.Single(await world.Supervisor.ApplyAsync([noted], "/f", false, null, false, default, CancellationToken.None));
        Assert.Equal("new", world.Supervisor.Apps["web"].Spec.Annotations["face"]);
        Assert.Equal(process, world.Actor().Snapshot.Process);
        Assert.Null(change.Error);
        await world.NextDaemon();
        Assert.Equal("new", world.Supervisor.Apps["web"].Spec.Annotations["face"]);
    }
}
