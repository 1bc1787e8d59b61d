using Pharos.Logs.Live;
using Xunit;

namespace Pharos.Logs.Tests.Live;

public sealed class LineRingTests
{
    [Fact]
    public void The_oldest_lines_go_first_when_there_are_too_many()
    {
        var ring = new LineRing(3, 1000);
        foreach (var n in Enumerable.Range(1, 5))
            ring.Add(Samples.Line($"{n}"));
        Assert.Equal(["3", "4", "5"], ring.Last(10).Select(Samples.Text));
        Assert.Equal(["5"], ring.Last(1).Select(Samples.Text));
    }

    [Fact]
    public void Bytes_are_bounded_too_and_one_huge_line_stays()
    {
        var ring = new LineRing(100, 10);
        ring.Add(Samples.Line("123456"));
        ring.Add(Samples.Line("abcdef"));
        Assert.Equal(["abcdef"], ring.Last(10).Select(Samples.Text));
        ring.Add(Samples.Line(new string('x', 50)));
        Assert.Equal([new string('x', 50)], ring.Last(10).Select(Samples.Text));
    }

    [Fact]
    public void The_last_of_those_that_are_wanted_are_counted_after_the_choice()
    {
        var ring = new LineRing(100, 1000);
        foreach (var n in Enumerable.Range(1, 6))
            ring.Add(Samples.Line($"{n}", n));
        Assert.Equal(["2", "4"], ring.Last(2, l => l.AtUnixNanos % 2 == 0 && l.AtUnixNanos < 6).Select(Samples.Text));
    }
}
