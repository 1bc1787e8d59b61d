using System.Diagnostics;
using System.Text.Json;
using Pharos.Contracts;
using Pharos.TestKit;

namespace Pharos.Configuration.Tests.EndToEnd;

/// <summary>The program itself in a home of its own. What it started is gone at the end.</summary>
internal sealed class RealDaemon : IAsyncDisposable
{
    private static readonly string Program = Repository.PathOf("artifacts", "bin", "Pharos", "debug", "pharos");

    public TempHome Folder { get; } = new();

    /// <summary>Runs a command line in the folder.</summary>
    public (int ExitCode, string Out, string Err) Run(params string[] args)
    {
        var start = new ProcessStartInfo(Program, args) { WorkingDirectory = Folder.Path, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PHAROS_HOME"] = Folder.Path + "/home";
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("OTEL_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill();
            throw new TimeoutException($"pharos {string.Join(' ', args)} did not end; {output.Result} {error.Result}");
        }

        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Writes the file, applies it, and gives each app that was changed: <c>web: update script</c>.</summary>
    public string Apply(string text, params string[] options)
    {
        Folder.Write("pharos.yaml", text);
        var (exitCode, json, error) = Run(["apply", "pharos.yaml", "--json", .. options]);
        if (exitCode != 0)
            throw new InvalidOperationException($"exit code {exitCode}: {json} {error}");
        return string.Join("; ", JsonSerializer.Deserialize(json, ContractsJson.Default.PlanView)!.Apps.Where(a => a.Action != "unchanged")
            .Select(a => $"{a.App}: {a.Action}{string.Concat(a.Fields.Select(f => " " + f))}{(a.From == a.To ? "" : $" {a.From}>{a.To}")}"));
    }

    public InstanceView[] Instances() => JsonSerializer.Deserialize(Run("list", "--json").Out, ContractsJson.Default.InstanceViewArray)!;

    /// <summary>Process id by <c>app:index</c>.</summary>
    public Dictionary<string, int?> Pids() => Instances().ToDictionary(i => $"{i.App}:{i.Index}", i => i.Pid);

    /// <summary>Stops everything, and waits until the daemon itself is gone: it answers first, and writes its last state then.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            var ping = Run("ping", "--json");
            var (exitCode, output, error) = Run("kill");
            if (exitCode != 0)
                throw new InvalidOperationException($"the daemon was not stopped: {output} {error}");
            if (ping.ExitCode == 0)
            {
                var pid = JsonSerializer.Deserialize(ping.Out, ContractsJson.Default.DaemonView)!.Pid;
                await Eventually.True(() => !Directory.Exists($"/proc/{pid}"), "the daemon is gone");
            }
        }
        finally
        {
            Folder.Dispose();
        }
    }
}
