using System.Text;
using Pharos.Core.Specs.Logs;
using Pharos.Linux.Streams;
using Pharos.Logs.Live;
using Pharos.Logs.Store;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Store;

/// <summary>Log files are the user's: they get renamed, truncated, deleted and pruned, and what is left can be read, and what is not is told.</summary>
public sealed class OthersHandsTests : IDisposable
{
    private const long Second = 1_000_000_000;
    private readonly TempHome _home = new();
    private readonly List<string> _said = [];
    private readonly LogStore _store;

    public OthersHandsTests() => _store = new LogStore(new LogFiles(), _home.Path + "/store", _said.Add);

    private string File0 => _home.Path + "/out.log";

    [Fact]
    public void A_file_that_is_deleted_by_hand_is_begun_anew_and_said_once()
    {
        var log = Log();
        Samples.Print(log, "one");
        File.Delete(File0);
        Samples.Print(log, "two");
        Samples.Print(log, "three");
        Assert.Equal("two\nthree\n", File.ReadAllText(File0));
        Assert.Single(_said, s => s.Contains("was deleted", StringComparison.Ordinal));
        Found(["two", "three"], [new MissingRange(0, 4, "removed")]);
    }

    [Fact]
    public void A_catalogue_that_cannot_be_written_now_is_tried_again_and_no_line_is_lost()
    {
        var log = Log();
        var inTheWay = Directory.CreateDirectory(Path.Combine(_store.FolderOf(File0), "catalog.json.new")).FullName; // the disk says no
        Assert.ThrowsAny<UnauthorizedAccessException>(() => Samples.Print(log, "one"));
        Assert.ThrowsAny<UnauthorizedAccessException>(() => Samples.Print(log, "one"));
        Directory.Delete(inTheWay);
        Samples.Print(log, "one");
        Samples.Print(log, "two");
        Assert.Equal("one\ntwo\n", File.ReadAllText(File0));
        Found(["one", "two"], []);
    }

    [Fact]
    public void After_copytruncate_lines_go_to_the_beginning_of_the_file()
    {
        var log = Log();
        Samples.Print(log, "one");
        File.WriteAllText(File0, "");
        Samples.Print(log, "two");
        Assert.Equal("two\n", File.ReadAllText(File0));
        Found(["two"], [new MissingRange(0, 4, "truncated")]);
    }

    [Fact]
    public void After_a_rename_lines_go_on_into_the_old_file_until_somebody_says_so()
    {
        var log = Log();
        Samples.Print(log, "one", at: Second);
        File.Move(File0, File0 + ".1");
        Samples.Print(log, "two", at: Second + 1);
        _store.Reopen(Second + 2);
        Samples.Print(log, "three", at: Second + 3);
        Assert.Equal(("one\ntwo\n", "three\n"), (File.ReadAllText(File0 + ".1"), File.ReadAllText(File0)));
        Found(["one", "two", "three"], []);
    }

    [Fact]
    public void A_rename_that_nobody_tells_of_is_noticed_within_a_second()
    {
        var log = Log();
        Samples.Print(log, "one", at: Second);
        File.Move(File0, File0 + ".1");
        Samples.Print(log, "two", at: 3 * Second);
        Assert.Equal("two\n", File.ReadAllText(File0));
    }

    [Fact]
    public void What_somebody_else_writes_into_the_file_is_not_of_the_stream()
    {
        var log = Log();
        Samples.Print(log, "one");
        File.AppendAllText(File0, "not ours\n");
        Samples.Print(log, "two");
        Found(["one", "two"], []);
    }

    [Fact]
    public void Rotated_files_over_the_count_go_and_are_told_as_rotated()
    {
        var log = Log(new LogRotation { SizeBytes = 1, Keep = 2, Compression = LogCompression.None });
        foreach (var n in Enumerable.Range(1, 6))
            Samples.Print(log, $"{n}", at: n * Second);
        Found(["4", "5", "6"], [new MissingRange(0, 6, "rotated")]);
        Assert.Equal(3, Directory.GetFiles(_home.Path, "out*").Length);
    }

    [Fact]
    public void Rotated_files_over_the_age_or_the_total_of_the_app_go_oldest_first()
    {
        var old = Log(new LogRotation { SizeBytes = 1, Keep = 0, Age = TimeSpan.FromSeconds(3), Compression = LogCompression.None });
        foreach (var n in Enumerable.Range(1, 6))
            Samples.Print(old, $"{n}", at: n * Second);
        _store.LookAfter(8 * Second + 1);
        Assert.Equal(["5", "6"], Read().Lines);
    }

    [Fact]
    public void An_app_never_has_more_than_its_total()
    {
        var log = Log(new LogRotation { SizeBytes = 40, Keep = 0, TotalBytes = 200, Compression = LogCompression.None });
        foreach (var n in Enumerable.Range(100, 100))
        {
            Samples.Print(log, $"line {n}", at: n);
            Samples.Print(log, $"line {n}", at: n, stderr: true);
        }

        Assert.InRange(new DirectoryInfo(_home.Path).GetFiles("*.log").Sum(f => f.Length), 100, 200 + 100);
        Assert.Equal("line 199", Read().Lines[^1]);
    }

    [Fact]
    public void Flush_empties_the_file_and_deletes_its_rotations()
    {
        var log = Log(new LogRotation { SizeBytes = 8, Keep = 0, Compression = LogCompression.None });
        foreach (var n in Enumerable.Range(100, 9))
            Samples.Print(log, $"{n}", at: n);
        _store.Get(log.FilesOf(stderr: false)[0]).Clear(200);
        Assert.Equal("", File.ReadAllText(Assert.Single(Directory.GetFiles(_home.Path, "out*"))));
        Samples.Print(log, "next", at: 300);
        Found(["next"], [new MissingRange(0, 36, "flushed")]);
    }

    [Fact]
    public void Another_format_begins_another_file()
    {
        Samples.Print(Log(), "raw", at: Second);
        Samples.Print(Samples.Log(_home.Path, logs: new LogSpec { Format = LogFormat.Json }, store: _store), "json", at: 2 * Second);
        Assert.StartsWith("{\"message\":\"json\"", File.ReadAllText(File0), StringComparison.Ordinal);
        Assert.Equal(["raw", "json"], Read().Lines);
    }

    [Fact]
    public void Lines_are_found_by_time_and_the_last_ones_without_reading_all()
    {
        var log = Log(new LogRotation { SizeBytes = 60, Keep = 0, Compression = LogCompression.None });
        foreach (var n in Enumerable.Range(100, 100))
            Samples.Print(log, $"line {n}", at: n * Second);
        using var reader = _store.Reader(File0);
        Assert.Equal("line 150", First(reader, reader.PositionAt(150 * Second)));
        Assert.Equal("line 151", First(reader, reader.PositionAt(150 * Second + 1)));
        Assert.Equal(reader.End, reader.PositionAt(1000 * Second));
        List<string> last = [];
        reader.ReadLast(3, reader.End - 9, null, (in StoredLine line) =>
        {
            last.Add(Encoding.UTF8.GetString(line.Bytes));
            return true;
        });
        Assert.Equal(["line 196", "line 197", "line 198"], last);
    }

    public void Dispose()
    {
        _store.Dispose();
        _home.Dispose();
    }

    private static string First(LogReader reader, long position)
    {
        var found = "";
        reader.Read(position, (in StoredLine line) =>
        {
            found = Encoding.UTF8.GetString(line.Bytes);
            return false;
        });
        return found;
    }

    private InstanceLog Log(LogRotation? rotation = null) => Samples.Log(_home.Path, logs: new LogSpec { Rotation = rotation ?? new LogRotation { Compression = LogCompression.None } }, store: _store);

    private void Found(string[] lines, MissingRange[] missing)
    {
        var found = Read();
        Assert.Equal(lines, found.Lines);
        Assert.Equal(missing, found.Missing);
    }

    private (List<string> Lines, List<MissingRange> Missing) Read()
    {
        List<string> lines = [];
        List<MissingRange> missing = [];
        using var reader = _store.Reader(File0);
        reader.Read(0, (in StoredLine line) =>
        {
            lines.Add(Encoding.UTF8.GetString(line.Bytes));
            return true;
        }, missing.Add);
        return (lines, missing);
    }
}
