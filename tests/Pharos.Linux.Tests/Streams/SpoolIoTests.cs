using System.Text;
using Pharos.Core.Specs;
using Pharos.Linux.Streams;

namespace Pharos.Linux.Tests.Streams;

public sealed class SpoolIoTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly Sandbox _box = new();
    private readonly SpoolIo _io = new();

    public void Dispose()
    {
        _io.Dispose();
        _box.Dispose();
    }

    [Theory]
    [InlineData(StdioMode.Spool)]
    [InlineData(StdioMode.Fifo)]
    public void What_a_child_writes_is_announced_and_read(StdioMode mode)
    {
        var request = _box.Verb("half-lines") with { Stdio = mode };
        using var stdout = _io.Open(request.StdoutPath, mode, 7);
        using var stderr = _io.Open(request.StderrPath, mode, 8);
        Assert.Equal([7, 8], Wait().Order());
        Assert.Empty(Wait(TimeSpan.Zero));
        var exited = false;
        var launched = _box.Host.Spawn(request, _ =>
        {
            Volatile.Write(ref exited, true);
            _io.Wake();
        });
        var text = new MemoryStream();
        var buffer = new byte[100];
        while (true)
        {
            var last = Volatile.Read(ref exited);
            for (int count; (count = stdout.Read(buffer, text.Length)) > 0;)
                text.Write(buffer, 0, count);
            if (last)
                break;
            Assert.DoesNotContain(8, Wait());
        }

        Assert.Equal("first half\nsecond\n\nlast without an end", Encoding.UTF8.GetString(text.ToArray()));
        Assert.Equal(mode == StdioMode.Fifo, stdout.IsFifo);
        Assert.Equal(mode == StdioMode.Fifo ? -1 : text.Length, stdout.Length);
        launched.Value!.Dispose();
    }

    [Fact]
    public void What_was_consumed_of_a_spool_file_takes_no_space_and_offsets_stay()
    {
        var path = _box.Dir.At("big");
        using var source = _io.Open(path, StdioMode.Spool, 1);
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)'a', 1 << 20), .. "tail"u8]);
        var before = Blocks(path);
        source.Release(1 << 19);
        source.Release(1 << 20);
        Assert.InRange(Blocks(path), 0, before / 10);
        var buffer = new byte[10];
        Assert.Equal(4, source.Read(buffer, 1 << 20));
        Assert.Equal("tail"u8.ToArray(), buffer[..4]);
        Assert.Equal((1 << 20) + 4, source.Length);
    }

    [Fact]
    public void What_is_free_for_a_spool_file_is_what_its_file_system_and_memory_have()
    {
        using var source = _io.Open(_box.Dir.At("small"), StdioMode.Spool, 1);
        using var fifo = _io.Open(_box.Dir.At("fifo"), StdioMode.Fifo, 2);
        var disk = new DriveInfo(_box.Dir.Root).AvailableFreeSpace;
        Assert.InRange(source.Room, 1, Math.Min(disk + (1L << 30), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
        Assert.InRange(Storage.FreeMemory, 1 << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        Assert.Equal(long.MaxValue, fifo.Room);
    }

    [Fact]
    public void A_full_fifo_holds_its_writer_back_until_it_is_read()
    {
        var request = _box.Shell("head -c 3000000 /dev/zero; echo done >&2") with { Stdio = StdioMode.Fifo };
        using var stdout = _io.Open(request.StdoutPath, StdioMode.Fifo, 1);
        using var stderr = _io.Open(request.StderrPath, StdioMode.Fifo, 2);
        var exited = new TaskCompletionSource();
        using var process = _box.Host.Spawn(request, _ => exited.SetResult()).Value;
        Assert.False(exited.Task.Wait(200));
        var buffer = new byte[1 << 20];
        var total = 0;
        Eventually.True(
            () =>
            {
                total += stdout.Read(buffer, 0);
                return exited.Task.IsCompleted;
            },
            () => $"{total} bytes and no end");
        for (int count; (count = stdout.Read(buffer, 0)) > 0;)
            total += count;
        Assert.Equal(3_000_000, total);
        Assert.Equal(5, stderr.Read(buffer, 0));
    }

    [Fact]
    public void A_waiter_is_woken()
    {
        var waiter = Task.Run(() => Wait());
        _io.Wake();
        Assert.True(waiter.Wait(Long));
        Assert.Empty(waiter.Result);
    }

    [Fact]
    public void Tags_that_do_not_fit_come_next_time()
    {
        for (var tag = 0; tag < 10; tag++)
            _io.Open(_box.Dir.At($"{tag}"), tag % 2 == 0 ? StdioMode.Spool : StdioMode.Fifo, tag);
        var seen = new List<int>();
        var tags = new int[3];
        while (seen.Count < 10)
        {
            var count = _io.Wait(tags, Long, out _);
            seen.AddRange(tags[..count]);
        }

        Assert.Equal(Enumerable.Range(0, 10), seen.Order());
    }

    [Fact]
    public void A_closed_stream_is_silent_and_its_name_can_be_opened_anew()
    {
        var path = _box.Dir.At("file");
        var first = _io.Open(path, StdioMode.Spool, 1);
        Wait();
        _io.Close(first);
        File.AppendAllText(path, "x");
        Assert.Empty(Wait(TimeSpan.Zero));
        using var second = _io.Open(path, StdioMode.Spool, 2);
        Assert.Equal([2], Wait());
        File.AppendAllText(path, "y");
        Assert.Equal([2], Wait());
    }

    [Fact]
    public void The_wrong_kind_of_file_is_refused()
    {
        File.WriteAllText(_box.Dir.At("file"), "");
        Assert.Throws<LinuxException>(() => _io.Open(_box.Dir.At("file"), StdioMode.Fifo, 1));
        _io.Open(_box.Dir.At("fifo"), StdioMode.Fifo, 2);
        Assert.Throws<LinuxException>(() => _io.Open(_box.Dir.At("fifo"), StdioMode.Spool, 3));
    }

    private static unsafe long Blocks(string path)
    {
        Libc.Statx info;
        Assert.Equal(0, Libc.statx(Libc.AT_FDCWD, path, 0, 0x7FF, &info));
        return info.Blocks;
    }

    private int[] Wait(TimeSpan? timeout = null)
    {
        var tags = new int[16];
        var count = _io.Wait(tags, timeout ?? Long, out var overflow);
        Assert.False(overflow);
        return tags[..count];
    }
}
