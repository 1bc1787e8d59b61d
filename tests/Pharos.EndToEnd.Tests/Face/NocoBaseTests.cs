using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Face;

/// <summary>Every line that NocoBase types, as its source has them; a stub stands for its lib/index.js.</summary>
public sealed class NocoBaseTests : IAsyncLifetime
{
    private readonly Pm2 _pm2 = new();

    public Task InitializeAsync()
    {
        _pm2.Environment["PATH"] = $"{Path.GetDirectoryName(PharosCli.Program)}:{_pm2.Environment["PATH"]}";
        _pm2.Environment["APP_PORT"] = "13005";
        _pm2.Stub();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _pm2.DisposeAsync();

    [Theory]
    [InlineData("pm2 start lib/index.js -- start --daemon", "fork_mode", 1, "start --daemon")]
    [InlineData("pm2 start -i 2 lib/index.js -- start -d -i 2", "cluster_mode", 2, "start -d -i 2")]
    [InlineData("pm2 start lib/index.js -- start --port 13005 --quickstart --daemon", "fork_mode", 1, "start --port 13005 --quickstart --daemon")]
    public async Task A_start_in_the_background_is_named_index_and_hands_its_arguments_on(string line, string mode, int instances, string args)
    {
        var started = await _pm2.ShellAsync(line);
        Assert.True(started.ExitCode == 0, started.ToString());
        var list = await _pm2.ListAsync();
        Assert.Equal(instances, list.Count);
        foreach (var env in list.Select(p => p["pm2_env"]!))
        {
            Assert.Equal("index", env["name"]!.GetValue<string>());
            Assert.Equal("default", env["namespace"]!.GetValue<string>());
            Assert.Equal(mode, env["exec_mode"]!.GetValue<string>());
            Assert.Equal(_pm2.Folder, env["pm_cwd"]!.GetValue<string>()); // these two are what `nb install` reads
            Assert.Equal("13005", env["env"]!["APP_PORT"]!.GetValue<string>());
            await Pm2.LineAsync(env["pm_out_log_path"]!.GetValue<string>(), "args " + args);
            Assert.Equal(Path.Combine(_pm2.Home, "logs", instances == 1 ? "index-out.log" : $"index-out-{env["pm_id"]}.log"), env["pm_out_log_path"]!.GetValue<string>());
            Assert.True(File.Exists(Path.Combine(_pm2.Home, "pids", $"index-{env["pm_id"]}.pid")));
        }

        await OkAsync("pm2 restart all");
        Assert.All(await _pm2.ListAsync(), p => Assert.Equal(1, p["pm2_env"]!["restart_time"]!.GetValue<int>()));
        Assert.Contains("args " + args, (await OkAsync("pm2 logs --lines 50 --nostream")).Out);
        await OkAsync("pm2 stop all");
        Assert.All(await _pm2.ListAsync(), p => Assert.Equal("stopped", Pm2.StatusOf(p)));
        await OkAsync("pm2 kill");
        Assert.Empty(await _pm2.ListAsync());
    }

    [Theory]
    [InlineData("start lib/index.js -- start", "start")]
    [InlineData("start lib/index.js --node-args=--no-deprecation -- start", "start")]
    [InlineData("start -i 2 lib/index.js -- start -i 2", "start -i 2")]
    public async Task A_start_in_the_foreground_shows_the_output_and_ends_everything_with_a_signal(string line, string args)
    {
        using var runtime = _pm2.Start("pm2-runtime", line.Split(' '));
        Assert.Contains(await FirstAsync(runtime.StandardOutput, "args "), $"args {args}");
        Assert.NotEmpty(await _pm2.ListAsync());
        Sys.Signal(runtime.Id, 2);
        await Eventually.True(() => runtime.HasExited, "pm2-runtime ends with SIGINT");
        Assert.Equal(0, runtime.ExitCode);
    }

    [Fact]
    public async Task Nothing_runs_before_the_first_start_and_kill_is_content_with_that()
    {
        Assert.Equal(0, (await _pm2.ShellAsync("pm2 kill")).ExitCode);
        var unknown = await _pm2.ShellAsync("pm2 enable-all");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("[PM2][ERROR] Command not found", unknown.Err);
        var usage = await _pm2.ShellAsync("pm2");
        Assert.Equal(1, usage.ExitCode);
        Assert.Contains("usage: pm2", usage.Out);
        Assert.Equal(0, (await _pm2.ShellAsync("pm2 -h")).ExitCode);
    }

    [Fact]
    public async Task The_state_survives_the_deletion_of_the_home_under_a_running_daemon()
    {
        await OkAsync("pm2 start lib/index.js -- start --daemon");
        await OkAsync("pm2 restart index");
        var before = await _pm2.OneAsync();
        Directory.Delete(_pm2.Home, recursive: true);
        var after = await _pm2.OneAsync();
        Assert.Equal(before["pid"]!.GetValue<int>(), after["pid"]!.GetValue<int>());
        Assert.Equal(1, after["pm2_env"]!["restart_time"]!.GetValue<int>());
        Assert.True(File.Exists(Path.Combine(_pm2.Home, "pm2.pid")), "pm2.pid is there again");
        Assert.True(Directory.Exists(Path.Combine(_pm2.Home, "logs")));
    }

    [Fact]
    public async Task An_app_that_restarts_everything_from_within_is_restarted()
    {
        _pm2.Write("lib/index.js", """
            const fs = require('fs'), file = process.cwd() + '/once';
            if (!fs.existsSync(file)) { fs.writeFileSync(file, ''); require('child_process').spawn('pm2', ['restart', 'all'], { stdio: 'ignore' }); }
            setInterval(() => {}, 1e6);
            """);
        await OkAsync("pm2 start lib/index.js -- start --daemon");
        await Eventually.True(async () => (await _pm2.OneAsync())["pm2_env"]!["restart_time"]!.GetValue<int>() == 1, "the restart is done");
        Assert.Equal("online", Pm2.StatusOf(await _pm2.OneAsync()));
    }

    private async Task<Run> OkAsync(string line)
    {
        var run = await _pm2.ShellAsync(line);
        Assert.True(run.ExitCode == 0, run.ToString());
        return run;
    }

    private static async Task<string> FirstAsync(StreamReader output, string begin)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        while (await output.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith(begin, StringComparison.Ordinal))
                return line;
        }

        return "(no such line)";
    }
}
