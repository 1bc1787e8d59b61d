using FsCheck;
using FsCheck.Fluent;
using Pharos.Logs.Formats;
using Pharos.Logs.Tests.Records;
using Xunit;

namespace Pharos.Logs.Tests.Formats;

public sealed class BandCounterTests
{
    private const int MaxLine = 256;

    [Fact]
    public void Lines_that_are_only_counted_are_counted_as_those_that_are_looked_at() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(4000), Prop.ForAll(Arb.From(AnyOutput.Stream), AreCountedAlike));

    [Fact]
    public void So_are_those_of_long_output_with_plain_lines_between() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Arb.From(AnyOutput.Stream.ListOf(60)), parts => AreCountedAlike(
            [.. parts.SelectMany((part, i) => (byte[])[.. part, .. System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("all is well\n", i % 23)))])])));

    private static bool AreCountedAlike(byte[] stream)
    {
        var (bands, expected, used) = (new int[7], new int[7], 0);
        while (stream.AsSpan(used).IndexOf((byte)'\n') is >= 0 and <= MaxLine and var length)
        {
            expected[SeverityBand.Of(stream.AsSpan(used, length))]++;
            used += length + 1;
        }

        return BandCounter.Count(stream, MaxLine, bands) == used && bands.SequenceEqual(expected);
    }

    [Fact]
    public void Each_byte_is_of_its_class_wherever_it_stands()
    {
        var marks = new BlockMarks[2];
        for (var value = 0; value < 256; value++)
        {
            for (var at = 0; at < 70; at += 3)
            {
                var bytes = new byte[70];
                Array.Fill(bytes, (byte)'a');
                bytes[at] = (byte)value;
                Assert.Equal(2, BlockScan.Look(bytes, marks));
                var (block, other, bit) = (marks[at / 64], marks[1 - (at / 64)], 1UL << (at % 64));
                Assert.Equal(value == '\n' ? bit : 0, block.Ends);
                Assert.Equal(value is '\n' or '\t' or (>= ' ' and < 0x7F) ? 0 : bit, block.Odds);
                Assert.True(value is not (':' or '=' or '|' or '[' or ']') || block.Marks == bit, $"{value} is a mark");
                Assert.True(value is ':' or ';' or '=' or '|' or '[' or ']' or 'Z' || block.Marks == 0, $"{value} is no mark");
                Assert.Equal(value is >= 'a' and <= 'z' ? 0 : bit, block.Others);
                Assert.Equal(new BlockMarks(0, 0, 0, 0), other);
            }
        }
    }
}
