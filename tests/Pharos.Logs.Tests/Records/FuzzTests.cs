using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pharos.Core.Specs.Logs;
using Pharos.Logs.Records;
using Xunit;
using Xunit.Abstractions;

namespace Pharos.Logs.Tests.Records;

/// <summary>Random output through all parsers, the joiner and the redactor: seconds by default, <c>PHAROS_FUZZ_SECONDS=600</c> for ten minutes.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly LogSpec[] Specs =
    [
        new(), new() { MaxLineBytes = 256, Multiline = new() { Start = "^[0-9{]" } }, new() { Multiline = new() { Enabled = false }, Redaction = new() { Patterns = ["[0-9a-f]{8,}", "(?<secret>x+)y"] } },
        .. Enum.GetValues<LogParse>().Select(p => new LogSpec { Parse = p, Samples = [new(LogLevel.Info, 0.5)] }),
    ];

    [Fact]
    public void No_output_makes_anything_throw_and_any_cutting_gives_the_same()
    {
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("PHAROS_FUZZ_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 3;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var corpus = Directory.EnumerateFiles(Pharos.TestKit.Repository.PathOf("tests", "Pharos.Logs.Tests", "Samples", "lines")).Select(File.ReadAllBytes).ToArray();
        var clock = Stopwatch.StartNew();
        var (rounds, bytes, records) = (0L, 0L, 0L);
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            var stream = random.Next(3) switch { 0 => Pieces(random), 1 => Mutated(random, corpus[random.Next(corpus.Length)]), _ => Mutated(random, Pieces(random)) };
            var spec = Specs[random.Next(Specs.Length)];
            try
            {
                var whole = Made.Records(stream, [int.MaxValue], spec, ("MY_SECRET", "s3cr3t-v4lue"));
                var cut = Made.Records(stream, [random.Next(1, 9), random.Next(1, 200)], spec, ("MY_SECRET", "s3cr3t-v4lue"));
                Assert.Equal(whole.Select(r => Made.Text(r.Made)), cut.Select(r => Made.Text(r.Made)));
                Assert.True(Contiguous(whole), "a byte is in no record, or in two");
                foreach (var (made, _, _, _) in whole)
                    Fingerprint.Of(Made.Body(made), made.Message, Made.Attribute(made, "exception.stacktrace") as string);
                records += whole.Count;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, round {rounds}: {Convert.ToBase64String(stream)}", e);
            }

            rounds++;
            bytes += stream.Length;
        }

        output.WriteLine($"{rounds} rounds, {bytes} bytes, {records} records in {clock.Elapsed}");
    }

    private static bool Contiguous(List<(MadeRecord Made, long First, long Next, int Lines)> records)
    {
        long at = 0;
        foreach (var record in records)
        {
            if (record.First != at)
                return false;
            at = record.Next;
        }

        return true;
    }

    private static byte[] Pieces(Random random)
    {
        List<byte> stream = [];
        for (var n = random.Next(1, 80); n > 0; n--)
        {
            if (random.Next(4) == 0)
                stream.Add((byte)'\n');
            else
                stream.AddRange(Encoding.UTF8.GetBytes(AnyOutput.Pieces[random.Next(AnyOutput.Pieces.Length)]));
        }

        return [.. stream];
    }

    /// <summary>Bytes changed, taken out, put in, doubled.</summary>
    private static byte[] Mutated(Random random, byte[] original)
    {
        var from = random.Next(Math.Max(1, original.Length - 1));
        List<byte> bytes = [.. original.AsSpan(from, Math.Min(original.Length - from, random.Next(1, 4000)))];
        for (var n = random.Next(0, 12); n > 0 && bytes.Count > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 20)));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 100))));
                    break;
            }
        }

        return [.. bytes];
    }
}
