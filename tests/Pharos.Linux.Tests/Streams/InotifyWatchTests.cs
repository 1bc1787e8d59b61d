using Pharos.Linux.Streams;

namespace Pharos.Linux.Tests.Streams;

public sealed class InotifyWatchTests : IDisposable
{
    private readonly TempDir _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void Files_that_change_are_named_with_their_directory()
    {
        using var watch = new InotifyWatch();
        using var epoll = new Epoll();
        epoll.Add(watch.Handle, 5);
        var number = watch.Add(_dir.Root);
        var tags = new ulong[4];
        Assert.Equal(0, epoll.Wait(tags, TimeSpan.Zero));
        File.WriteAllText(_dir.At("some.js"), "x");
        Assert.Equal(1, epoll.Wait(tags, TimeSpan.FromSeconds(20)));
        Assert.Equal(5UL, tags[0]);
        var changed = new HashSet<(int, string)>();
        Assert.False(watch.Read((directory, name) => changed.Add((directory, name))));
        Assert.Equal([(number, "some.js")], changed);
        watch.Remove(number);
        watch.Read((_, _) => { });
        File.WriteAllText(_dir.At("other.js"), "x");
        watch.Read((_, name) => Assert.Fail(name));
    }

    [Fact]
    public void Dropped_notices_are_told()
    {
        using var watch = new InotifyWatch();
        watch.Add(_dir.Root);
        var limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"));

        // Two files in turn, since the kernel folds equal notices that follow each other into one.
        using var a = File.OpenHandle(_dir.At("a"), FileMode.Create, FileAccess.Write);
        using var b = File.OpenHandle(_dir.At("b"), FileMode.Create, FileAccess.Write);
        for (var i = 0; i <= limit / 2; i++)
        {
            RandomAccess.Write(a, "x"u8, 0);
            RandomAccess.Write(b, "x"u8, 0);
        }

        Assert.True(watch.Read((_, _) => { }));
    }
}
