using System.Globalization;
using System.Text;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Core.Specs.Logs;
using Pharos.Linux.Streams;
using Pharos.Logs.Formats;
using Pharos.Logs.Framing;
using Pharos.Logs.Live;
using Pharos.Logs.Pump;
using Pharos.Logs.Store;
using Pharos.Logs.Tests.Store;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Pump;

public sealed class LogPumpTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly TempHome _home = new();
    private readonly List<string> _said = [];
    private LogPump _pump;
    private LogStore _store = null!;

    public LogPumpTests() => _pump = NewPump();

    private string Out => _home.File("spool", "web-0.1.out");

    private string Err => _home.File("spool", "web-0.1.err");

    [Theory]
    [InlineData(StdioMode.Spool)]
    [InlineData(StdioMode.Fifo)]
    public async Task Numbered_lines_are_in_the_log_file_once_and_in_order_and_the_drain_waits_for_the_last(StdioMode mode)
    {
        const int Lines = 20_000;
        var log = Log();
        var attachment = _pump.Attach(log, Out, Err, mode);
        await Task.Run(() =>
        {
            using var file = new AppendFile(Out);
            for (var n = 0; n < Lines; n++)
                Assert.True(file.Write(Encoding.UTF8.GetBytes($"line {n}\n")) > 0);
            file.Write("half"u8);
        });
        await _pump.DrainAsync(attachment).WaitAsync(Deadline);
        Assert.Equal(string.Concat(Enumerable.Range(0, Lines).Select(n => $"line {n}\n")) + "half", File.ReadAllText(log.OutPath));
        Assert.Equal("half", log.LastLines(1, 0).Single());
        Assert.False(File.Exists(Out) || File.Exists(Err) || File.Exists(SpoolNote.PathFor(Out)));
    }

    [Fact]
    public async Task Lines_of_a_flood_are_counted_by_severity_as_if_each_was_looked_at()
    {
        var text = new StringBuilder();
        for (var n = 0; text.Length < 24 << 20; n++)
        {
            text.Append("line ").Append(n).Append(" is plain\n");
            if (n % 7 == 0)
                text.Append("level=warn msg=slow\n[ERROR] ").Append(n).Append("\nERROR: no\n\n");
            if (n % 9000 == 0)
                text.Append("[ERROR] ").Append('x', n % 2 == 0 ? 200_000 : 65_528).Append('\n'); // longer than a line may be, and just not
        }

        text.Append("[FATAL] half");
        var bytes = Encoding.ASCII.GetBytes(text.ToString());
        Directory.CreateDirectory(_home.File("spool"));
        File.WriteAllBytes(Out, bytes);
        var log = Log(new LogSpec { Rotation = new LogRotation { Enabled = false } });
        await _pump.DrainAsync(_pump.Attach(log, Out, Err, StdioMode.Spool)).WaitAsync(Deadline);
        Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(log.OutPath)), "the file has what was printed");
        var expected = new long[14];
        var framer = new LineFramer();
        LineHandler count = (line, part) => expected[part <= 1 ? SeverityBand.Of(line) : 0]++;
        framer.Push(bytes, count);
        framer.Flush(count);
        Assert.Equal(expected, log.Telemetry.Save().LogRecords);
    }

    /// <summary>By default it waits in memory, as long as there is some.</summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData(LogSpec.LeastUnreadBytes, true)]
    public async Task A_burst_that_is_faster_than_the_pump_is_kept_whole_unless_a_limit_is_set(long? most, bool drops)
    {
        const int Lines = 900_000;
        Directory.CreateDirectory(_home.File("spool"));
        await using (var spool = new StreamWriter(Out, append: false, Encoding.ASCII, bufferSize: 1 << 20))
        {
            for (var n = 0; n < Lines; n++)
                await spool.WriteAsync($"line {n,-94}\n");
        }

        Assert.True(new FileInfo(Out).Length > LogSpec.LeastUnreadBytes);
        var log = Log(new LogSpec { Rotation = new LogRotation { Enabled = false }, MaxUnreadBytes = most });
        await _pump.DrainAsync(_pump.Attach(log, Out, Err, StdioMode.Spool)).WaitAsync(Deadline);
        var numbers = File.ReadLines(log.OutPath).Select(l => int.Parse(l["line ".Length..], CultureInfo.InvariantCulture)).ToList();
        var dropped = log.Telemetry.Save().LogDropped.Sum();
        Assert.Equal(drops, dropped > 0);
        Assert.Equal(Lines, numbers.Count + dropped);
        Assert.Equal(Enumerable.Range(Lines - numbers.Count, numbers.Count), numbers);
        lock (_said)
            Assert.Equal(drops, _said.Exists(line => line.Contains("more than max_unread (67108864 bytes) waited", StringComparison.Ordinal)));
    }

    /// <summary>The limit that nobody set: the less is free, the less may wait, but never less than always might.</summary>
    [Theory]
    [InlineData(null, 1L << 20, 0, 64L << 20)] // little waits: nobody looks what is free
    [InlineData(null, 65L << 20, 0, 64L << 20)]
    [InlineData(null, 65L << 20, 256L << 20, 64L << 20)]
    [InlineData(null, 65L << 20, 4L << 30, 1L << 30)]
    [InlineData(4096L, 65L << 20, 4L << 30, 4096L)]
    [InlineData(1L << 40, 65L << 20, 0, 1L << 40)]
    public void How_much_may_wait_goes_by_what_is_free(long? set, long waits, long free, long expected)
    {
        using var tail = new StreamTail(new LogAttachment(Log(new LogSpec { MaxUnreadBytes = set }), null), false, new MemorySpool([]) { Room = free }, Out, 1, null, TimeProvider.System, Say);
        Assert.Equal(expected, tail.MostUnread(waits));
    }

    [Fact]
    public async Task A_prompt_is_in_a_file_of_whole_lines_when_it_has_waited_for_its_end()
    {
        var log = Log(new LogSpec { TimeFormat = "iso" });
        _pump.Attach(log, Out, Err, StdioMode.Spool);
        using var file = new AppendFile(Out);
        file.Write("one\nname? "u8);
        await Eventually.True(() => File.Exists(log.OutPath) && File.ReadAllText(log.OutPath).EndsWith(": name? \n", StringComparison.Ordinal), "it is there");
        file.Write("Ann\n"u8);
        await Eventually.True(() => File.ReadAllLines(log.OutPath) is [_, _, var last] && last.EndsWith(": Ann", StringComparison.Ordinal), "what follows is a line of its own");
    }

    [Fact]
    public async Task A_new_pump_goes_on_at_the_exact_byte()
    {
        var log = Log();
        _pump.Attach(log, Out, Err, StdioMode.Spool);
        using var file = new AppendFile(Out);
        file.Write("one\ntw"u8);
        await Eventually.True(() => File.ReadAllText(log.OutPath) == "one\ntw", "the first bytes are in the log file");
        _pump.Dispose();
        file.Write("o\nthree\n"u8);

        _pump = NewPump();
        var next = Log();
        var again = _pump.Attach(next, Out, Err, StdioMode.Spool);
        await _pump.DrainAsync(again).WaitAsync(Deadline);
        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(next.OutPath));
    }

    /// <summary>The daemon is killed with the new incarnation silent: what the old one's rest added to the shared log file is not what the new one printed.</summary>
    [Fact]
    public async Task The_rest_of_an_earlier_incarnation_comes_first_and_does_not_move_the_place_of_the_next()
    {
        var full = new Tap();
        Reopen(p => full.Over(new AppendFile(p)));
        var log = Log();
        full.Room = 0;
        var old = _pump.Attach(log, Out, Err, StdioMode.Spool);
        using (var dying = new AppendFile(Out))
            dying.Write("last words\n"u8);
        var drained = _pump.DrainAsync(old);
        var (nextOut, nextErr) = (_home.File("spool", "web-0.2.out"), _home.File("spool", "web-0.2.err"));
        _pump.Attach(log, nextOut, nextErr, StdioMode.Spool);
        using var young = new AppendFile(nextOut);
        young.Write("hello\n"u8);
        await Eventually.True(() => _said.Count > 0, "the full disk is said");
        full.Room = int.MaxValue;
        await drained.WaitAsync(Deadline);
        await Eventually.True(() => File.ReadAllText(log.OutPath) == "last words\nhello\n", "both are in the log file, in order");

        _pump.Dispose();
        young.Write("printed while nobody looked\n"u8);
        _pump = NewPump();
        var after = Log();
        await _pump.DrainAsync(_pump.Attach(after, nextOut, nextErr, StdioMode.Spool)).WaitAsync(Deadline);
        Assert.Equal("last words\nhello\nprinted while nobody looked\n", File.ReadAllText(after.OutPath));
    }

    [Fact]
    public async Task A_stream_that_is_truncated_by_name_is_read_from_its_new_beginning_and_counted()
    {
        var log = Log();
        var attachment = _pump.Attach(log, Out, Err, StdioMode.Spool);
        using var file = new AppendFile(Err);
        file.Write("before the cut\n"u8);
        await Eventually.True(() => File.ReadAllText(log.ErrPath).Length == 15, "the first line is in the log file");
        File.WriteAllText(Err, "cut\n");
        await _pump.DrainAsync(attachment).WaitAsync(Deadline);
        Assert.Equal("before the cut\ncut\n", File.ReadAllText(log.ErrPath));
        Assert.Equal(1, Samples.Dropped(log, "truncated"));
    }

    [Fact]
    public async Task A_full_disk_loses_nothing_is_said_once_and_holds_the_drain_back_until_there_is_room()
    {
        var disk = new Tap { Room = 7 };
        Reopen(p => disk.Over(new AppendFile(p)));
        var log = Log();
        var attachment = _pump.Attach(log, Out, Err, StdioMode.Spool);
        using (var file = new AppendFile(Out))
            file.Write("first\nsecond\nthird\n"u8);
        await Eventually.True(() => File.ReadAllText(log.OutPath) == "first\ns", "what fits is written");
        var drained = _pump.DrainAsync(attachment);
        var tries = disk.Tries;
        await Eventually.True(() => disk.Tries > tries + 1, "it is tried again");
        Assert.False(drained.IsCompleted);
        disk.Room = int.MaxValue;
        await drained.WaitAsync(Deadline);
        Assert.Equal("first\nsecond\nthird\n", File.ReadAllText(log.OutPath));
        Assert.Single(_said, s => s.Contains("disk is full", StringComparison.Ordinal));
        Assert.Equal(0, Samples.Dropped(log, "write_failed"));
    }

    [Fact]
    public async Task A_log_file_that_cannot_be_opened_now_is_tried_again_and_catches_up()
    {
        File.WriteAllText(_home.Path + "/not-yet", "a file where its folder is to be");
        var log = Samples.Log(_home.Path + "/not-yet", store: _store);
        var attachment = _pump.Attach(log, Out, Err, StdioMode.Spool);
        using (var file = new AppendFile(Out))
            file.Write("kept\n"u8);
        await Eventually.True(() => _said.Count > 0, "it is said");
        var drained = _pump.DrainAsync(attachment);
        Assert.False(drained.IsCompleted);
        File.Delete(_home.Path + "/not-yet");
        await drained.WaitAsync(Deadline);
        Assert.Equal("kept\n", File.ReadAllText(log.OutPath));
    }

    [Fact]
    public async Task A_FIFO_is_drained_over_a_full_disk_so_that_the_app_never_blocks_and_the_loss_is_counted()
    {
        var disk = new Tap { Room = 0 };
        Reopen(p => disk.Over(new AppendFile(p)));
        var log = Log();
        var attachment = _pump.Attach(log, Out, Err, StdioMode.Fifo);
        var writer = Task.Run(() =>
        {
            using var fifo = new AppendFile(Out);
            var chunk = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("0123456789\n", 1000)));
            for (var n = 0; n < 300; n++) // 3 MB: three times what the FIFO holds
                fifo.Write(chunk);
        });
        await writer.WaitAsync(Deadline);
        await _pump.DrainAsync(attachment).WaitAsync(Deadline);
        Assert.Equal(300_000, Samples.Dropped(log, "write_failed"));
    }

    [Fact]
    public async Task A_runtime_directory_that_vanished_does_not_take_the_pump_along()
    {
        var log = Log();
        var attachment = _pump.Attach(log, Out, Err, StdioMode.Spool);
        using (var file = new AppendFile(Out))
            file.Write("said before\n"u8);
        await Eventually.True(() => File.ReadAllText(log.OutPath).Length > 0, "it is read");
        Directory.Delete(_home.Path + "/spool", recursive: true);
        await _pump.DrainAsync(attachment).WaitAsync(Deadline);

        var other = Log();
        var (o, e) = (_home.File("spool2", "a.out"), _home.File("spool2", "a.err"));
        var next = _pump.Attach(other, o, e, StdioMode.Spool);
        File.WriteAllText(o, "still reads\n");
        await _pump.DrainAsync(next).WaitAsync(Deadline);
        Assert.EndsWith("still reads\n", File.ReadAllText(other.OutPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_that_cannot_be_opened_are_said_and_the_drain_completes()
    {
        var log = Log();
        var missing = _home.Path + "/nowhere/x";
        var attachment = _pump.Attach(log, missing + ".out", missing + ".err", StdioMode.Spool);
        await _pump.DrainAsync(attachment).WaitAsync(Deadline);
        Assert.Equal(2, _said.Count(s => s.StartsWith("cannot read", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_deleted_instances_rest_still_gets_into_its_file()
    {
        var disk = new Tap { Room = 0 };
        Reopen(p => disk.Over(new AppendFile(p)));
        var log = Log();
        var attachment = _pump.Attach(log, Out, Err, StdioMode.Spool);
        using (var file = new AppendFile(Out))
            file.Write("rest\n"u8);
        await Eventually.True(() => disk.Tries > 0, "the disk is full");
        var drained = _pump.DrainAsync(attachment);
        _pump.Release(log);
        disk.Room = int.MaxValue;
        await drained.WaitAsync(Deadline);
        Assert.Equal("rest\n", File.ReadAllText(log.OutPath));
    }

    private void Reopen(Func<string, IAppendFile> open)
    {
        _pump.Dispose();
        _pump = NewPump(open);
    }

    public void Dispose()
    {
        _pump.Dispose();
        _home.Dispose();
    }

    private LogPump NewPump(Func<string, IAppendFile>? open = null)
    {
        _store = new LogStore(new Samples.OpenedBy(open), _home.Path + "/store", Say);
        return new LogPump(new SpoolIo(), _store, TimeProvider.System, Say);
    }

    private InstanceLog Log(LogSpec? logs = null, int index = 0) => Samples.Log(_home.Path, logs: logs, store: _store, index: index);

    private void Say(string line)
    {
        lock (_said)
            _said.Add(line);
    }

    /// <summary>A disk of which we say how much room it has.</summary>
    private sealed class Tap
    {
        private int _tries;

        public volatile int Room = int.MaxValue;

        public int Tries => Volatile.Read(ref _tries);

        public IAppendFile Over(IAppendFile file) => new Limited(this, file);

        private sealed class Limited(Tap tap, IAppendFile file) : IAppendFile
        {
            public long Length => file.Length;

            public FileFacts Facts => file.Facts;

            public void Truncate(long length) => file.Truncate(length);

            public int Write(ReadOnlySpan<byte> bytes)
            {
                var take = Math.Min(bytes.Length, tap.Room);
                if (tap.Room != int.MaxValue)
                    tap.Room -= take;
                var written = take == 0 ? 0 : file.Write(bytes[..take]);
                Interlocked.Increment(ref tap._tries);
                return written;
            }

            public void Dispose() => file.Dispose();
        }
    }
}
