using Pharos.Logs.Rotation;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Rotation;

public sealed class RotatedNamesTests : IDisposable
{
    private readonly TempHome _home = new();

    [Fact]
    public void Names_sort_by_time_and_nobody_elses_is_taken()
    {
        var path = _home.File("web-out-0.log");
        List<string> names = [];
        foreach (var at in new long[] { 1_790_000_000_000_000_000, 1_790_000_000_000_000_000, 1_790_000_000_500_000_000, 1_800_000_000_000_000_000 })
        {
            names.Add(RotatedNames.For(path, at));
            File.WriteAllText(names[^1], "");
        }

        Assert.Equal(_home.Path + "/web-out-0.20260921T141320.000Z.log", names[0]);
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
        Assert.All(names, n => Assert.True(RotatedNames.IsOf(path, n) && RotatedNames.IsOf(path, n + ".gz.tmp")));
        Assert.False(RotatedNames.IsOf(path, path) || RotatedNames.IsOf(path, _home.Path + "/web-out-0.txt") || RotatedNames.IsOf(path, _home.Path + "/web-out-1.20260921T141320.000Z.log"));
    }

    public void Dispose() => _home.Dispose();
}
