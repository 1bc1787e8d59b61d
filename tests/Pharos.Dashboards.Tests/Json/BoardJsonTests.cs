using Pharos.Dashboards.Boards;

namespace Pharos.Dashboards.Tests.Json;

public sealed class BoardJsonTests
{
    public static TheoryData<string> Files => [.. AllBoards.All.Select(b => b.FileName)];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_committed_file_is_what_the_generator_writes(string file) =>
        Golden.Match(AllBoards.All.Single(b => b.FileName == file).ToText(), Repository.PathOf("dashboards", file), Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1");

    [Fact]
    public void There_is_no_other_file() =>
        Assert.Equal(AllBoards.All.Select(b => b.FileName).Order(StringComparer.Ordinal), Directory.GetFiles(Repository.PathOf("dashboards"), "*.json").Select(Path.GetFileName).Order(StringComparer.Ordinal));
}
