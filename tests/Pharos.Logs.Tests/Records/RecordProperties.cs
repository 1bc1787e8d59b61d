using FsCheck;
using FsCheck.Fluent;
using Pharos.Core.Specs.Logs;
using Pharos.Logs.Records;
using Pharos.Logs.Records.Joining;
using Xunit;

namespace Pharos.Logs.Tests.Records;

public sealed class RecordProperties
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(1500);
    private static readonly LogSpec Short = new() { MaxLineBytes = 256 };
    private static readonly (string, string)[] Env = [("API_TOKEN", "s3cr3t-v4lue")];

    [Fact]
    public void However_a_stream_is_cut_the_records_are_the_same() =>
        Check.One(Many, Prop.ForAll(AnyOutput.Cut, x => Text(x.Stream, x.Cuts).SequenceEqual(Text(x.Stream, [int.MaxValue]))));

    [Fact]
    public void Every_line_is_in_exactly_one_record_in_order_and_no_byte_is_lost() =>
        Check.One(Many, Prop.ForAll(AnyOutput.Cut, x =>
        {
            List<byte> joined = [];
            long next = 0;
            var inOrder = true;
            Joined(x.Stream, new LogMultiline(), (in JoinedLines lines) =>
            {
                inOrder &= lines.First == next && lines.Next >= lines.First && lines.Lines == lines.Bytes.Count((byte)'\n') + 1;
                next = lines.Next;
                joined.AddRange(lines.Bytes);
                joined.Add((byte)'\n');
            });
            var expected = x.Stream.Length == 0 || x.Stream[^1] == (byte)'\n' ? x.Stream : [.. x.Stream, (byte)'\n'];
            return inOrder && joined.SequenceEqual(expected);
        }));

    [Fact]
    public void What_is_read_again_from_the_end_of_a_record_gives_the_rest() =>
        Check.One(Many, Prop.ForAll(AnyOutput.Cut, x =>
        {
            var all = Made.Records(x.Stream, [int.MaxValue], new() { Ship = true }, Env);
            if (all.Count < 2 || x.Stream.Length > 60_000)
                return true;
            var from = all[(all.Count / 2) - 1].Next;
            var again = Made.Records(x.Stream.AsSpan((int)from), [int.MaxValue], new() { Ship = true }, Env);
            return again.Select(r => Made.Text(r.Made)).SequenceEqual(all.Skip(all.Count / 2).Select(r => Made.Text(r.Made)));
        }));

    [Fact]
    public void The_quick_severity_is_that_of_the_record() =>
        Check.One(Many.WithMaxTest(4000), Prop.ForAll(Arb.From(AnyOutput.Stream), x =>
        {
            foreach (var range in x.AsSpan().Split((byte)'\n'))
            {
                var line = x.AsSpan(range);
                if (SeverityParser.Quick(line) != SeverityParser.Parse(PlainText.Clean(line)).Number)
                    return false;
            }

            return true;
        }));

    [Fact]
    public void A_secret_value_is_in_no_record() =>
        Check.One(Many, Prop.ForAll(AnyOutput.Cut, x => !string.Concat(Text(x.Stream, [int.MaxValue])).Contains("s3cr3t-v4lue", StringComparison.Ordinal)));

    [Theory]
    [InlineData("level=info s3cr3t-v4lue=1")]
    [InlineData("level=info s3cr3t-v4luepassword=x")]
    [InlineData("{\"level\":30,\"s3cr3t-v4lue\":{\"s3cr3t-v4lue\":1}}")]
    public void A_secret_value_in_the_place_of_a_name_is_in_no_record(string line) =>
        Assert.DoesNotContain("s3cr3t-v4lue", string.Concat(Text(System.Text.Encoding.UTF8.GetBytes(line + "\n"), [int.MaxValue])), StringComparison.Ordinal);

    [Fact]
    public void Bodies_and_attributes_are_clean_text_within_bounds() =>
        Check.One(Many, Prop.ForAll(AnyOutput.Cut, x => Made.Records(x.Stream, x.Cuts, Short, Env).All(r =>
            System.Text.Unicode.Utf8.IsValid(r.Made.Record.Body.Span) && r.Made.Record.Body.Span.IndexOfAny("\0\u001b\r"u8) < 0
            && r.Made.Record.Attributes.Count <= 66 && r.Made.Record.SeverityNumber is >= 0 and <= 24)));

    internal static void Joined(ReadOnlySpan<byte> stream, LogMultiline options, JoinedHandler handler)
    {
        var joiner = new RecordJoiner(options);
        long at = 0;
        while (at < stream.Length)
        {
            var rest = stream[(int)at..];
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            joiner.Push(at, at + line.Length + 1, Made.Now, line, 0, handler);
            at += line.Length + 1;
        }

        joiner.Flush(handler);
    }

    private static List<string> Text(byte[] stream, int[] cuts) => [.. Made.Records(stream, cuts, Short, Env).Select(r => Made.Text(r.Made))];
}
