namespace Pharos.EndToEnd.Tests.Kit;

/// <summary>A real terminal of a given size, with a shell in it: tmux, whose server is this test's own.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    private readonly PharosCli _pharos;

    private Terminal(PharosCli pharos) => _pharos = pharos;

    private string Socket => Path.Combine(_pharos.Folder, "tmux");

    public static async Task<Terminal> OpenAsync(PharosCli pharos, int columns, int rows)
    {
        var folders = pharos.Environment["PATH"].Split(':');
        Assert.True(folders.Any(f => File.Exists(Path.Combine(f, "tmux"))), "this test needs a terminal: apt-get install tmux");
        var terminal = new Terminal(pharos);
        await terminal.TmuxAsync("new-session", "-d", "-x", $"{columns}", "-y", $"{rows}", "sh");
        await terminal.UntilAsync(s => s[0].Length > 0, "the shell asks for a line"); // what is typed before that is echoed twice
        return terminal;
    }

    /// <summary>Types a line.</summary>
    public Task EnterAsync(string line) => TmuxAsync("send-keys", line, "Enter");

    /// <summary>Presses a key.</summary>
    public Task PressAsync(string key) => TmuxAsync("send-keys", key);

    /// <summary>What is on the screen, line by line, without blanks at the ends.</summary>
    public async Task<IReadOnlyList<string>> ScreenAsync() => (await TmuxAsync("capture-pane", "-p")).TrimEnd('\n').Split('\n');

    /// <summary>Waits until the screen is as wanted.</summary>
    public async Task<IReadOnlyList<string>> UntilAsync(Func<IReadOnlyList<string>, bool> wanted, string what)
    {
        IReadOnlyList<string> screen = [];
        return await Eventually.Value(
            async () => wanted(screen = await ScreenAsync()) ? screen : null, what, details: () => $"-- screen\n{string.Join('\n', screen)}\n{_pharos.Logs}");
    }

    public async ValueTask DisposeAsync() => await TmuxAsync("kill-server");

    private async Task<string> TmuxAsync(params string[] args)
    {
        var run = await _pharos.RunAsync("tmux", ["-S", Socket, "-f", "/dev/null", .. args]);
        Assert.True(run.ExitCode == 0, $"{run}");
        return run.Out;
    }
}
