using Pharos.Client.Boot;
using Pharos.Client.Line;
using Pharos.Client.Startup;

namespace Pharos.Client.Stack;

/// <summary><c>pharos stack</c>: the bundled observability stack, in containers or as apps of pharos.</summary>
internal static class StackVerb
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Runs it.</summary>
    /// <returns>The exit code: 2 when something was not understood, 1 when the stack is not as it was wanted.</returns>
    public static int Run(ParsedLine line, Shell shell)
    {
        if (PharosHome.Find(shell, out var home) is { } noHome)
        {
            return shell.Fail(noHome);
        }

        if (StackAddresses.Read(shell, out var at) is { } fault)
        {
            return shell.Fail(fault, ExitCodes.Usage);
        }

        var folder = new StackFolder($"{home!.Path}/stack");
        try
        {
            return line.Words[0] switch
            {
                "up" => Up(line, shell, home, at!, folder),
                "down" => Down(line, shell, at!, folder),
                "status" => Status(line, shell, at!, folder),
                "open" => Open(shell, at!, folder),
                var word => shell.Fail($"'stack' does not know what to do with '{word}': up, down, status or open", ExitCodes.Usage),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return shell.Fail($"cannot write the stack's files in {folder.Path}: {e.Message}");
        }
    }

    private static int Up(ParsedLine line, Shell shell, PharosHome home, StackAddresses at, StackFolder folder)
    {
        var bin = line.Value("--bin") ?? shell.Variable("PHAROS_STACK_BIN");
        var compose = line.Has("--native") || bin is not null ? null : ComposeStack.Find(shell);
        var servers = StackServer.All(at);
        Dictionary<string, string> programs = [];
        var fault = compose is null ? NativeStack.Find(shell, servers, bin is null ? null : Path.GetFullPath(bin, shell.Cwd), out programs) : ComposeStack.Fault(at);
        if (fault is not null)
        {
            return shell.Fail(fault);
        }

        Directory.CreateDirectory(home.Path, Private);
        var (kept, changed) = folder.WriteShipped(at.Webhook, compose is null ? NativeStack.OwnFiles(at, folder) : new Dictionary<string, string>());
        foreach (var file in kept)
        {
            shell.Print($"kept {file}: it was edited\n");
        }

        folder.MakePassword();
        var exitCode = compose is null ? UpNative(line, shell, at, folder, servers, programs) : UpInContainers(shell, at, folder, compose, changed);
        if (exitCode != ExitCodes.Ok)
        {
            return exitCode;
        }

        var running = compose is null ? [.. servers.Where(s => programs.ContainsKey(s.Name))] : servers;
        var waiting = StackHealth.WaitAsync(running, Patience).GetAwaiter().GetResult();
        foreach (var (server, said) in waiting)
        {
            shell.Fail($"{server.Name} is not ready after {Patience.TotalSeconds} s ({said}); see '{Logs(folder, server)}'");
        }

        if (waiting.Count > 0)
        {
            return ExitCodes.Failed;
        }

        shell.Print($"the stack runs {(compose is null ? "as apps of pharos" : $"in containers ({string.Join(' ', compose)})")}\n");
        foreach (var server in running)
        {
            shell.Print($"  {server.Name,-13}http://{server.Address}\n");
        }

        if (running.Any(s => s.Name == "grafana"))
        {
            shell.Print($"Grafana's user is admin, its password is in {folder.Password}\n");
        }

        shell.Print($"Telemetry goes there after: pharos otel set http://{at[StackAddresses.OtlpHttpVariable]}\n");
        return ExitCodes.Ok;
    }

    private static int UpInContainers(Shell shell, StackAddresses at, StackFolder folder, string[] compose, bool changed)
    {
        var again = folder.Engine is not null && changed; // servers that run read their files only when they start
        folder.Engine = compose;
        var exitCode = ComposeStack.Run(shell, at, folder, compose, "up", "-d");
        exitCode = exitCode == 0 && again ? ComposeStack.Run(shell, at, folder, compose, "restart") : exitCode;
        return exitCode == 0 ? ExitCodes.Ok : shell.Fail($"{string.Join(' ', compose)} failed with {exitCode}; what it said is above");
    }

    private static int UpNative(ParsedLine line, Shell shell, StackAddresses at, StackFolder folder, StackServer[] servers, Dictionary<string, string> programs)
    {
        folder.Engine = null;
        foreach (var server in servers)
        {
            Directory.CreateDirectory(Path.Combine(folder.Data, server.Name), Private);
        }

        NativeStack.WriteProvisioning(folder);
        folder.Write(NativeStack.AppsFile, NativeStack.Apps(shell, at, folder, servers, programs), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var server in servers.Where(s => !programs.ContainsKey(s.Name)))
        {
            shell.Print($"without {server.Name}: no {string.Join(" or ", server.Programs)} on PATH\n");
        }

        return ApplyVerb.Run(line, shell, folder.At(NativeStack.AppsFile), start: true);
    }

    private static int Down(ParsedLine line, Shell shell, StackAddresses at, StackFolder folder)
    {
        if (folder.Engine is { } compose)
        {
            if (ComposeStack.Run(shell, at, folder, compose, line.Has("--data") ? ["down", "-v"] : ["down"]) is > 0 and var failed)
            {
                return shell.Fail($"{string.Join(' ', compose)} failed with {failed}; what it said is above");
            }

            folder.Engine = null;
            return ExitCodes.Ok;
        }

        if (!File.Exists(folder.At(NativeStack.AppsFile)))
        {
            shell.Print($"there is no stack of {folder.Path}: nothing to stop\n");
            return ExitCodes.Ok;
        }

        foreach (var app in NativeStack.AppsIn(folder))
        {
            var answer = Cli.Send(shell, Cli.RequestFor(line, shell, "DELETE", Cli.AppPath(app), ""));
            if (answer.ExitCode != ExitCodes.Ok)
            {
                return answer.ExitCode;
            }
        }

        File.Delete(folder.At(NativeStack.AppsFile));
        if (line.Has("--data") && Directory.Exists(folder.Data))
        {
            Directory.Delete(folder.Data, recursive: true);
        }

        return ExitCodes.Ok;
    }

    private static int Status(ParsedLine line, Shell shell, StackAddresses at, StackFolder folder)
    {
        var native = folder.Engine is null;
        if (native && !File.Exists(folder.At(NativeStack.AppsFile)))
        {
            return shell.Fail("the stack is not up: 'pharos stack up' starts it");
        }

        var up = native ? NativeStack.AppsIn(folder) : null;
        var asked = StackHealth.AskAsync([.. StackServer.All(at).Where(s => up?.Contains(s.App) ?? true)]).GetAwaiter().GetResult();
        shell.Print(line.Has("--json") ? StackHealth.Json(asked) : StackHealth.Text(asked));
        return asked.All(s => s.Fault is null) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static int Open(Shell shell, StackAddresses at, StackFolder folder)
    {
        var up = folder.Engine is null ? NativeStack.AppsIn(folder) : null;
        if (up is { Count: 0 })
        {
            return shell.Fail("the stack is not up: 'pharos stack up' starts it");
        }

        var grafana = up is null || up.Contains("stack-grafana");
        var page = $"http://{at[grafana ? StackAddresses.GrafanaVariable : StackAddresses.PrometheusVariable]}/";
        shell.Print($"{page}\n{(grafana ? $"user admin, password in {folder.Password}\n" : "there is no Grafana here: this is Prometheus\n")}");
        var desktop = shell.Variable("DISPLAY") ?? shell.Variable("WAYLAND_DISPLAY");
        if (desktop is not null && Subprocess.Find(shell, "xdg-open") is not null)
        {
            return Subprocess.Run(shell, ["xdg-open", page]).ExitCode == 0 ? ExitCodes.Ok : shell.Fail($"xdg-open could not open {page}");
        }

        return ExitCodes.Ok;
    }

    private static string Logs(StackFolder folder, StackServer server) => folder.Engine is { } compose
        ? $"{string.Join(' ', compose)} -f {folder.Compose} logs {(server.Name == "collector" ? "otel-collector" : server.Name)}"
        : $"pharos logs {server.App}";
}
