using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Pharos.Client.Line;
using Pharos.Configuration;
using Pharos.Contracts;

namespace Pharos.Client;

/// <summary>apply, and start with a file: reads the file here, shows the plan of the daemon, and has it done.</summary>
internal static class ApplyVerb
{
    private const int Ok = 200;

    /// <summary>Runs it for one file.</summary>
    /// <param name="line">The line.</param>
    /// <param name="shell">The shell.</param>
    /// <param name="file">The file, as it was typed.</param>
    /// <param name="start">Whether unchanged apps that do not run are started.</param>
    /// <returns>The exit code: 2 when the file has faults; nothing was started then.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // it loads parsers, and System.Text.Json
    public static int Run(ParsedLine line, Shell shell, string file, bool start)
    {
        var declared = new Dictionary<string, string>();
        if (StartVerb.Declared(line, shell, declared) is { } fault)
        {
            return shell.Fail(fault, ExitCodes.Usage);
        }

        var only = line.Value("--only")?.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [];
        var read = ConfigurationFile.Read(file, new()
        {
            ShellCwd = shell.Cwd,
            BaseEnv = AllowedEnvironment.Of(shell.Variables),
            ShellEnv = shell.Variables,
            CommandEnv = declared,
            Profile = line.Value("--profile"),
            Only = only,
            OnlyMayBeGone = line.Has("--prune"),
        });
        Shell.Write(shell.Error, Lines("warning: ", read.Warnings));
        Shell.Write(shell.Error, Lines("", read.Faults));
        if (read.Faults.Count > 0)
        {
            return ExitCodes.Usage;
        }

        var request = new ApplyRequest { Apps = read.Apps, Source = read.Source, Prune = line.Has("--prune"), Start = start, Only = only };
        var dryRun = line.Has("--dry-run");
        if (dryRun || !line.Has("--json"))
        {
            var plan = Send(line, shell, request with { DryRun = true });
            if (dryRun || plan.Status != Ok)
            {
                return plan.ExitCode;
            }
        }

        return Send(line, shell, request).ExitCode;
    }

    private static Wire.ThinHttp.Answer Send(ParsedLine line, Shell shell, ApplyRequest request) =>
        Cli.Send(shell, Cli.RequestFor(line, shell, "POST", "/v1/apply", "") with { Body = JsonSerializer.SerializeToUtf8Bytes(request, ContractsJson.Default.ApplyRequest) });

    private static byte[] Lines(string before, IReadOnlyList<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(before).Append(line).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
