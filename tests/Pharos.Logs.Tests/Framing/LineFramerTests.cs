using FsCheck;
using FsCheck.Fluent;
using Pharos.Logs.Framing;
using Xunit;

namespace Pharos.Logs.Tests.Framing;

public sealed class LineFramerTests
{
    private const int Limit = 8;
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly Arbitrary<(byte[] Stream, int[] Cuts)> AnyStreamAnyCuts = Arb.From(
        from stream in Gen.ArrayOf(Gen.Frequency((4, Gen.Elements((byte)'a', (byte)'b', (byte)'\r', (byte)0xFF)), (1, Gen.Constant((byte)'\n'))))
        from cuts in Gen.ArrayOf(Gen.Choose(1, 12))
        select (stream, cuts));

    [Fact]
    public void However_a_stream_is_cut_the_lines_are_the_same() =>
        Check.One(Many, Prop.ForAll(AnyStreamAnyCuts, x => Lines(x.Stream, x.Cuts).SequenceEqual(Lines(x.Stream, [int.MaxValue]))));

    [Fact]
    public void Lines_in_are_lines_out_and_no_byte_is_lost() =>
        Check.One(Many, Prop.ForAll(AnyStreamAnyCuts, x =>
        {
            var expected = Text(x.Stream).Split('\n').ToList();
            if (expected[^1].Length == 0)
                expected.RemoveAt(expected.Count - 1);
            List<string> joined = [];
            foreach (var (line, part) in Lines(x.Stream, x.Cuts))
            {
                if (part > 1)
                    joined[^1] += line;
                else
                    joined.Add(line);
            }

            return joined.SequenceEqual(expected);
        }));

    [Fact]
    public void A_line_of_exactly_the_limit_is_whole() =>
        Assert.Equal([("12345678", 0)], Lines("12345678\n"u8.ToArray(), [3]));

    [Fact]
    public void A_longer_line_comes_in_numbered_parts_and_the_next_line_is_whole_again() =>
        Assert.Equal([("12345678", 1), ("90123456", 2), ("7", 3), ("next", 0)], Lines("12345678901234567\nnext\n"u8.ToArray(), [5]));

    [Fact]
    public void Half_a_line_waits_for_its_rest_and_is_a_line_at_the_end()
    {
        var framer = new LineFramer(Limit);
        List<(string, int)> lines = [];
        framer.Push("abc"u8, (l, p) => lines.Add((Text(l), p)));
        Assert.Empty(lines);
        Assert.Equal(3, framer.Pending);
        framer.Flush((l, p) => lines.Add((Text(l), p)));
        framer.Flush((l, p) => lines.Add((Text(l), p)));
        Assert.Equal([("abc", 0)], lines);
    }

    private static List<(string Line, int Part)> Lines(byte[] stream, int[] cuts)
    {
        var framer = new LineFramer(Limit);
        List<(string, int)> lines = [];
        void Take(ReadOnlySpan<byte> line, int part) => lines.Add((Text(line), part));
        var at = 0;
        for (var i = 0; at < stream.Length; i++)
        {
            var size = Math.Min(cuts.Length == 0 ? 1 : cuts[i % cuts.Length], stream.Length - at);
            framer.Push(stream.AsSpan(at, size), Take);
            at += size;
        }

        framer.Flush(Take);
        return lines;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.Latin1.GetString(bytes);
}
