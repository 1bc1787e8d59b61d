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
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(4000), Prop.ForAll(Arb.From(AnyOutput.Stream), stream =>
        {
            var (bands, expected, used) = (new int[7], new int[7], 0);
            while (stream.AsSpan(used).IndexOf((byte)'\n') is >= 0 and <= MaxLine and var length)
            {
                expected[SeverityBand.Of(stream.AsSpan(used, length))]++;
                used += length + 1;
            }

            return BandCounter.Count(stream, MaxLine, bands) == used && bands.SequenceEqual(expected);
        }));
}
