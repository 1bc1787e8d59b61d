using System.Diagnostics;
using System.Text.Json.Nodes;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Face;

/// <summary>The published program under PM2's names, with a PM2_HOME and a state folder of its own.</summary>
internal sealed class Pm2 : IAsyncDisposable
{
    private readonly PharosCli _cli = new();

    public Pm2()
    {
        Home = Path.Combine(_cli.Folder, ".pm2");
        _cli.Environment.Remove("PHAROS_HOME");
        _cli.Environment["PM2_HOME"] = Home;
        _cli.Environment["XDG_STATE_HOME"] = Path.Combine(_cli.Folder, "state");
    }

    /// <summary>PM2_HOME.</summary>
    public string Home { get; }

    /// <summary>Where commands are typed.</summary>
    public string Folder => _cli.Folder;

    /// <summary>The environment of every command.</summary>
    public Dictionary<string, string> Environment => _cli.Environment;

    /// <summary>Writes a file into the folder.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A node app that prints what it got and stays.</summary>
    public string Stub(string name = "lib/index.js") => Write(name, "console.log('args ' + process.argv.slice(2).join(' ')); process.on('SIGINT', () => { console.log('bye'); process.exit(0) }); setInterval(() => {}, 1e6);\n");

    /// <summary>Runs a command to its end.</summary>
    public Task<Run> RunAsync(params string[] args) => _cli.RunAsync(Program("pm2"), args);

    /// <summary>Runs a line as NocoBase does: by a shell.</summary>
    public Task<Run> ShellAsync(string line) => _cli.RunAsync("/bin/sh", ["-c", line]);

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<Run> OkAsync(params string[] args)
    {
        var run = await RunAsync(args);
        Assert.True(run.ExitCode == 0, run.ToString());
        return run;
    }

    /// <summary>Starts a program of PM2's name; the caller ends it.</summary>
    public Process Start(string name, params string[] args) => _cli.Start(Program(name), args);

    /// <summary>The list.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListAsync() => [.. JsonNode.Parse((await OkAsync("jlist")).Out)!.AsArray().Select(p => p!.AsObject())];

    /// <summary>The only process.</summary>
    public async Task<JsonObject> OneAsync() => Assert.Single(await ListAsync());

    /// <summary>Waits until a file has a line that contains this.</summary>
    public static Task LineAsync(string file, string text) =>
        Eventually.True(() => PharosCli.LinesOf(file).Any(l => l.Contains(text, StringComparison.Ordinal)), $"'{text}' in {file}");

    /// <summary>PM2's status of a process.</summary>
    public static string StatusOf(JsonObject process) => process["pm2_env"]!["status"]!.GetValue<string>();

    /// <summary>Path of a link.</summary>
    public static string Program(string name) => Path.Combine(Path.GetDirectoryName(PharosCli.Program)!, name);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await RunAsync("kill");
        }
        finally
        {
            await _cli.DisposeAsync();
        }
    }
}
