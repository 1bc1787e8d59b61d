namespace Pharos.EndToEnd.Tests.Face;

public sealed class FileTests : FaceTest
{
    [Theory]
    [InlineData("all.json", "[{ // as people write it\n name: \"a\", script: [\"./\", \"echo.js\"].join(\"\") }, { name: 'b', script: \"./echo.js\", }]")]
    [InlineData("apps.yaml", "apps:\n  - name: a\n    script: ./echo.js\n  - name: b\n    script: ./echo.js\n")]
    [InlineData("ecosystem.config.js", "module.exports = { apps: [{ name: 'a', script: './echo.js' }, { name: 'b', script: './echo.js' }] }")]
    public async Task All_actions_take_a_file_and_start_what_is_missing(string file, string text)
    {
        Pm2.Stub("echo.js");
        Pm2.Write(file, text);
        await Pm2.OkAsync("start", file);
        Assert.Equal("a online 0, b online 0", await ShownAsync());
        await Pm2.OkAsync("restart", file);
        await Pm2.OkAsync("reload", file);
        await Pm2.OkAsync("start", file);
        Assert.Equal("a online 3, b online 3", await ShownAsync());
        await Pm2.OkAsync("restart", file, "--only", "b");
        await Pm2.OkAsync("stop", file);
        Assert.Equal("a stopped 3, b stopped 4", await ShownAsync());
        await Pm2.OkAsync("delete", file, "--only", "a");
        await Pm2.OkAsync("restart", file);
        Assert.Equal("a online 0, b online 4", await ShownAsync());
        await Pm2.OkAsync("delete", file);
        Assert.Equal("", await ShownAsync());
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_broken_starts_nothing()
    {
        Pm2.Write("bad.yml", "apps:\n  - name: [\n");
        Assert.Contains("[PM2][ERROR] File nowhere.yaml not found", (await Pm2.RunAsync("start", "nowhere.yaml")).Err);
        Assert.Contains("[PM2][ERROR] File bad.yml malformated", (await Pm2.RunAsync("start", "bad.yml")).Err);
        Assert.Equal("", await ShownAsync());
    }

    [Fact]
    public async Task Stdin_is_a_file_too()
    {
        Pm2.Stub("echo.js");
        Pm2.Write("piped", """[{"name": "a", "script": "echo.js"}]""");
        Assert.Equal(0, (await Pm2.ShellAsync($"{Face.Pm2.Program("pm2")} start - < piped")).ExitCode);
        Assert.Equal("a online 0", await ShownAsync());
        Assert.Equal(0, (await Pm2.ShellAsync($"{Face.Pm2.Program("pm2")} delete - < piped")).ExitCode);
        Assert.Equal("", await ShownAsync());
    }

    [Fact]
    public async Task The_environment_is_kept_refreshed_when_asked_for_and_a_file_takes_variables_away()
    {
        Pm2.Write("env.js", "setInterval(() => console.log(process.env.V + ' ' + process.env.NODE_ENV), 50)");
        Pm2.Environment["V"] = "first";
        await Pm2.OkAsync("start", "env.js", "-o", "out.log", "--merge-logs");
        await Face.Pm2.LineAsync(Path.Combine(Pm2.Folder, "out.log"), "first");
        Pm2.Environment["V"] = "second";
        await Pm2.OkAsync("restart", "env");
        Assert.Equal("first", await VariableAsync("V"));
        await Pm2.OkAsync("restart", "env", "--update-env");
        await Face.Pm2.LineAsync(Path.Combine(Pm2.Folder, "out.log"), "second");
        await Pm2.OkAsync("set", "env.config_var", "false");
        Assert.Equal("false", await VariableAsync("config_var"));

        Pm2.Environment.Remove("V");
        Pm2.Write("e.json", """{"apps": [{"name": "env", "script": "env.js", "env": {"V": {"deep": true}}, "env_production": {"NODE_ENV": "production"}}]}""");
        await Pm2.OkAsync("start", "e.json", "--env", "production");
        Assert.Equal("""{"deep":true}""", await VariableAsync("V"));
        Assert.Equal("production", await VariableAsync("NODE_ENV"));
        Pm2.Write("e.json", """{"apps": [{"name": "env", "script": "env.js"}]}""");
        await Pm2.OkAsync("restart", "e.json");
        Assert.Null(await VariableAsync("V"));
    }

    [Fact]
    public async Task The_list_is_saved_and_brought_back_from_the_backup_when_it_is_broken()
    {
        Pm2.Stub("echo.js");
        await Pm2.OkAsync("start", "echo.js", "--name", "my app", "--", "one", "two");
        await Pm2.OkAsync("save");
        await Pm2.OkAsync("save");
        var dump = Path.Combine(Pm2.Home, "dump.pm2");
        Assert.True(File.Exists(dump + ".bak"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(dump));
        await Pm2.OkAsync("delete", "all");
        await File.WriteAllTextAsync(dump, "[{");
        await Pm2.OkAsync("resurrect");
        Assert.False(File.Exists(dump), "a broken dump is deleted");
        Assert.Equal("my app online 0", await ShownAsync());
        Assert.Equal("""["one","two"]""", (await Pm2.OneAsync())["pm2_env"]!["args"]!.ToJsonString());
        await Pm2.OkAsync("resurrect"); // of what runs nothing is started twice
        Assert.Equal("my app online 0", await ShownAsync());
    }

    [Fact]
    public async Task Log_files_are_where_they_were_asked_for_or_nowhere()
    {
        Pm2.Write("echo.js", "setInterval(() => { console.log('out'); console.error('err') }, 50)");
        await Pm2.OkAsync("start", "echo.js", "-o", "a/deep/out.log", "-e", "NULL", "--namespace", "ns");
        await Face.Pm2.LineAsync(Path.Combine(Pm2.Folder, "a/deep/out.log"), "out");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Pm2.Home, "logs")));
        Assert.Contains("0|echo | out", (await Pm2.OkAsync("logs", "ns", "--nostream")).Out);
        await Pm2.OkAsync("stop", "all");
        await Pm2.OkAsync("flush");
        Assert.Equal(0, new FileInfo(Path.Combine(Pm2.Folder, "a/deep/out.log")).Length);
    }

    [Fact]
    public async Task A_folder_is_served_with_a_password_and_a_page_of_its_own_for_what_is_not_there()
    {
        Pm2.Write("site/index.html", "home page");
        Pm2.Write("site/404.html", "not this one");
        var port = FreePort.Next();
        await Pm2.OkAsync("serve", "site", port.ToString(), "--basic-auth-username", "user", "--basic-auth-password", "secret");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        await Eventually.True(async () => await StatusAsync(http, "/") == 401, "the site asks for a password");
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("user:secret"u8));
        Assert.Equal("home page", await http.GetStringAsync(new Uri("/", UriKind.Relative)));
        Assert.Equal(404, await StatusAsync(http, "/nothing.html"));
        Assert.Equal(404, await StatusAsync(http, "/../../etc/passwd"));
        Assert.DoesNotContain("secret", (await Pm2.OkAsync("jlist")).Out);
    }

    private async Task<string?> VariableAsync(string name) => (await Pm2.OneAsync())["pm2_env"]!["env"]![name]?.GetValue<string>();

    private static async Task<int> StatusAsync(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }
}
