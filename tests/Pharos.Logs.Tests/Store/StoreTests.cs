using FsCheck;
using FsCheck.Fluent;
using Pharos.Core.Specs.Logs;
using Pharos.Linux.Streams;
using Pharos.Logs.Store;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Store;

/// <summary>Lines in = lines out, for every format, every cutting of the stream, over rotations, and whenever the daemon is killed.</summary>
public sealed class StoreTests
{
    private const int MaxLine = 24;

    // Few kinds of bytes, so that newlines, marks, escapes and broken UTF-8 meet often.
    private static readonly byte[][] Pieces =
    [
        "\n"u8.ToArray(), "\n"u8.ToArray(), "a"u8.ToArray(), "word "u8.ToArray(), "…"u8.ToArray(), "|"u8.ToArray(), "\""u8.ToArray(), "\\"u8.ToArray(), ": "u8.ToArray(), "\r"u8.ToArray(), "\t"u8.ToArray(),
        [0], [0x1B, (byte)'['], [0xC3], [0xE2, 0x80], [0xFF], " msg=\""u8.ToArray(), "é漢😀"u8.ToArray(), "ERROR x"u8.ToArray(), "{\"level\":50}"u8.ToArray(),
        "012345678901234567890123"u8.ToArray(), "\\u00e9\\x41"u8.ToArray(),
    ];

    private static readonly Gen<byte[]> Output = Gen.Elements(Pieces).ListOf().Select(pieces => pieces.SelectMany(p => p).ToArray());

    private static readonly Gen<LogSpec> Spec =
        from format in Gen.Elements(Enum.GetValues<LogFormat>())
        from time in Gen.Elements<string?>(null, LogSpec.PlainTime, "iso", "unix_ms", "%d/%b/%Y:%T %z", "[a|b] dddd h:mm a")
        from merge in Gen.Elements(false, false, true)
        from combined in Gen.Elements<string?>(null, null, LogSpec.DefaultFile)
        from errors in Gen.Elements<string?>(null, null, LogSpec.DefaultFile)
        from size in Gen.Elements(30L, 300, 1 << 20)
        from compress in Gen.Elements(Enum.GetValues<LogCompression>())
        select new LogSpec
        {
            Format = format,
            TimeFormat = time,
            Merge = merge,
            CombinedFile = combined,
            ErrorsFile = errors,
            MaxLineBytes = MaxLine,
            Rotation = new LogRotation { SizeBytes = size, Keep = 0, Compression = compress },
        };

    private static readonly Gen<(byte[] Out, byte[] Err, LogSpec Spec, int[] Cuts)> Cases =
        from a in Output
        from b in Output
        from spec in Spec
        from cuts in Gen.Choose(1, 40).ListOf()
        select (a, b, spec, cuts.ToArray());

    /// <summary>PHAROS_FUZZ_SECONDS makes it as many more as is right for the length of the run.</summary>
    private static int Runs(int usual) => int.TryParse(Environment.GetEnvironmentVariable("PHAROS_FUZZ_SECONDS"), out var seconds) ? usual * Math.Max(1, seconds / 10) : usual;

    [Fact]
    public void For_every_cutting_of_the_stream_and_every_format_lines_out_are_lines_in() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Runs(100)), Prop.ForAll(Cases.ToArbitrary(), c =>
        {
            using var home = new TempHome();
            using var shelf = new Shelf(home.Path, new LogFiles(), c.Spec, instances: 2);
            Feed(shelf, c.Out, c.Err, c.Cuts);
            Expect(shelf, c.Out, c.Err, c.Spec);
        }));

    [Fact]
    public void A_line_whose_end_never_came_is_whole_when_its_beginning_was_rotated_away()
    {
        using var home = new TempHome();
        var spec = new LogSpec { MaxLineBytes = MaxLine, Rotation = new LogRotation { SizeBytes = 30, Keep = 0, Compression = LogCompression.None } };
        using var shelf = new Shelf(home.Path, new LogFiles(), spec);
        var output = Enumerable.Repeat((byte)'x', (2 * 30) + MaxLine + 6).ToArray(); // longer than is waited for with a rotation, and the process ends within a part
        Feed(shelf, output, [], []);
        Expect(shelf, output, [], spec);
        Assert.True(Directory.EnumerateFiles(home.Path, "out*.log").Count() > 1, "it was rotated");
    }

    [Fact]
    public void Whenever_the_daemon_is_killed_the_next_one_goes_on_with_every_line_once() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Runs(10)), Prop.ForAll(Cases.ToArbitrary(), c =>
        {
            using var home = new TempHome();
            var files = new MortalFiles(home.Path);
            // The tail that was writing when it died is the only one that has to find its place: the other instance is silent.
            var deaths = new List<MortalFiles.Snapshot>();
            files.Before = (path, bytes) =>
            {
                if (deaths.Count > 120)
                    return;
                var before = files.Take();
                deaths.Add(before);
                deaths.AddRange(Halfway(before, path, bytes));
            };
            var spec = c.Spec with { Rotation = c.Spec.Rotation with { Compression = LogCompression.None } };
            using (var first = new Shelf(home.Path, files, spec))
                Feed(first, c.Out, [], c.Cuts);
            files.Before = null;
            foreach (var death in deaths)
            {
                files.PutBack(death);
                using var next = new Shelf(home.Path, files, spec);
                Feed(next, c.Out, [], [1000]);
                Expect(next, c.Out, [], spec);
            }
        }));

    /// <summary>What a kill within a write leaves: some of the bytes; or, just before it, an index without the entry.</summary>
    private static IEnumerable<MortalFiles.Snapshot> Halfway(MortalFiles.Snapshot before, string path, byte[] bytes)
    {
        if (bytes.Length == 0)
            yield break;
        foreach (var count in new[] { 1, bytes.Length / 2, bytes.Length }.Distinct().Where(n => n > 0))
            yield return new([.. before.Files.Select(f => f.Path == path ? (f.Path, [.. f.Bytes, .. bytes[..count]], f.Identity) : f)]);
        if (bytes is [(byte)'\n'])
            yield break;
        var index = before.Files.Where(f => Path.GetFileName(f.Path).StartsWith("index-", StringComparison.Ordinal) && f.Path.Contains(Path.GetFileNameWithoutExtension(path) + "-", StringComparison.Ordinal))
            .Select(f => f.Path).Order(StringComparer.Ordinal).LastOrDefault();
        yield return new([.. before.Files.Select(f => f.Path == index ? (f.Path, f.Bytes[..^Math.Min(40, f.Bytes.Length)], f.Identity) : f)]);
    }

    private static void Feed(Shelf shelf, byte[] one, byte[] two, int[] cuts)
    {
        var spools = new List<(MemorySpool Spool, int Length)> { (shelf.Attach(one), one.Length) };
        if (two.Length > 0)
        {
            spools.Add((shelf.Attach(two, stderr: true), two.Length));
            spools.Add((shelf.Attach(two, instance: 1), two.Length));
        }

        foreach (var cut in cuts)
        {
            foreach (var (spool, length) in spools)
                spool.Grown = Math.Min(length, spool.Grown + cut);
            shelf.Pump();
        }

        foreach (var (spool, length) in spools)
            spool.Grown = length;
        shelf.Pump(final: true);
    }

    private static void Expect(Shelf shelf, byte[] one, byte[] two, LogSpec spec)
    {
        var log = shelf.Logs[0];
        Same(Shelf.Framed(one, MaxLine), shelf.Read(log.OutPath, new LogSource("web", 0, false)));
        if (two.Length > 0)
        {
            Same(Shelf.Framed(two, MaxLine), shelf.Read(log.ErrPath, new LogSource("web", 0, true), atOnce: 1));
            Same(Shelf.Framed(two, MaxLine), shelf.Read(shelf.Logs[1].OutPath, new LogSource("web", 1, false), atOnce: 3));
        }

        if (spec.CombinedFile is not null)
        {
            var combined = log.FilesOf(stderr: false)[1].Path;
            Same(Shelf.Framed(one, MaxLine), shelf.Read(combined, new LogSource("web", 0, false)));
            if (two.Length > 0)
                Same(Shelf.Framed(two, MaxLine), shelf.Read(combined, new LogSource("web", 0, true)));
        }
    }

    private static void Same(List<(string Line, int Part)> expected, List<(string Line, int Part)> actual) => Assert.Equal(Shelf.Text(expected), Shelf.Text(actual));
}
