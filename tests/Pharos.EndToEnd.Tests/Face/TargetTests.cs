namespace Pharos.EndToEnd.Tests.Face;

public sealed class TargetTests : FaceTest
{
    [Fact]
    public async Task Apps_are_found_by_name_number_script_namespace_pattern_and_all()
    {
        Pm2.Stub("echo.js");
        await Pm2.OkAsync("start", "echo.js", "--name", "echo-1");
        await Pm2.OkAsync("start", "echo.js", "--name", "455", "--namespace", "numbers");
        await Pm2.OkAsync("start", "echo.js");
        Assert.Equal("455 online 0, echo online 0, echo-1 online 0", await ShownAsync());

        await Pm2.OkAsync("restart", "455"); // a name before it is a number
        await Pm2.OkAsync("stop", "/echo-[1,2]/");
        await Pm2.OkAsync("restart", "2");
        Assert.Equal("455 online 1, echo online 1, echo-1 stopped 0", await ShownAsync());
        await Pm2.OkAsync("restart", "echo-1", "echo");
        await Pm2.OkAsync("stop", "numbers");
        Assert.Equal("455 stopped 1, echo online 2, echo-1 online 0", await ShownAsync());
        await Pm2.OkAsync("delete", "echo.js"); // the script of all three
        await Pm2.OkAsync("kill");
    }

    [Fact]
    public async Task A_second_start_is_refused_unless_forced_and_then_two_have_one_name()
    {
        Pm2.Stub("echo.js");
        await Pm2.OkAsync("start", "echo.js");
        var refused = await Pm2.RunAsync("start", "echo.js");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("[PM2][ERROR] Script already launched, add -f option to force re-execution", refused.Err);
        await Pm2.OkAsync("start", "echo.js", "-f");
        Assert.Equal("echo online 0, echo online 0", await ShownAsync());
        Assert.Equal("[ 0, 1 ]\n", (await Pm2.OkAsync("id", "echo")).Out);
        await Pm2.OkAsync("delete", "0");
        Assert.Equal("echo online 0", await ShownAsync());
        await Pm2.OkAsync("delete", "all");
        await Pm2.OkAsync("start", "echo.js");
        Assert.Equal("[ 0 ]\n", (await Pm2.OkAsync("id", "echo")).Out); // numbers begin anew with an empty list
    }

    [Fact]
    public async Task Instances_come_and_go_from_the_lowest_number_and_numbers_are_used_again()
    {
        Pm2.Write("sample.js", "setInterval(() => {}, 1e6)");
        Pm2.Write("ecosystem.json", """{"apps": [{"name": "s", "script": "sample.js", "instances": "2", "exec_mode": "fork", "increment_var": "PORT", "env": {"PORT": 3000}, "out_file": "NULL", "error_file": "NULL"}]}""");
        await Pm2.OkAsync("start", "ecosystem.json");
        Assert.Equal("0 3000, 1 3001", await SlotsAsync());
        await Pm2.OkAsync("scale", "s", "4");
        Assert.Equal("0 3000, 1 3001, 2 3002, 3 3003", await SlotsAsync());
        await Pm2.OkAsync("scale", "s", "2");
        Assert.Equal("2 3002, 3 3003", await SlotsAsync());
        await Pm2.OkAsync("scale", "s", "+2");
        Assert.Equal("0 3000, 1 3001, 2 3002, 3 3003", await SlotsAsync());
        Assert.Equal(1, (await Pm2.RunAsync("scale", "s", "4")).ExitCode);
    }

    [Theory]
    [InlineData("restart", "BULLSHIT")]
    [InlineData("restart", "666")]
    [InlineData("restart", "all")]
    [InlineData("stop", "all")]
    [InlineData("delete", "10")]
    public async Task What_is_not_there_is_an_error(string command, string target) => Assert.Equal(1, (await Pm2.RunAsync(command, target)).ExitCode);

    private async Task<string> SlotsAsync() =>
        string.Join(", ", (await Pm2.ListAsync()).Select(p => $"{p["pm2_env"]!["NODE_APP_INSTANCE"]} {p["pm2_env"]!["PORT"]}").Order(StringComparer.Ordinal));
}
