using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Pharos.Contracts;
using Pharos.Pm2.Screens;

namespace Pharos.Pm2.Commands;

/// <summary>report: what somebody needs who is to help. No value of an environment is in it.</summary>
internal static class ReportCommand
{
    public static int Run(Pm2Context it)
    {
        var text = new StringBuilder("--- PM2 report ----------------------------------------------------------------\n");
        text.Append($"Date                 : {DateTimeOffset.Now.ToString("ddd MMM dd yyyy HH:mm:ss 'GMT'zzz", CultureInfo.InvariantCulture)}\n");
        var answer = it.Daemon.Send("GET", "/v1/daemon");
        text.Append(Rule("Daemon"));
        if (answer.IsOk && JsonSerializer.Deserialize(answer.Body, ContractsJson.Default.DaemonView) is { } daemon)
        {
            text.Append($"pm2d version         : {Pm2Cli.Version}\npharos version       : {daemon.Version}\nnode version         : {Node(it)}\nnode path            : {new Start.Search(it.Variable("PATH") ?? "").Find("node") ?? "not found"}\n");
            text.Append($"argv                 : {it.Host.Executable}\npid                  : {daemon.Pid}\nuser                 : {it.Variable("USER")}\nuptime               : {(DateTimeOffset.Now - daemon.StartedAt).TotalMinutes.ToString("0", CultureInfo.InvariantCulture)}min\nhome                 : {it.Home.Path}\nstate                : {it.Home.State}\n");
        }

        text.Append(Rule("CLI")).Append($"local pm2            : {Pm2Cli.Version}\nuser                 : {it.Variable("USER")}\n");
        var memory = GC.GetGCMemoryInfo();
        text.Append(Rule("System info"))
            .Append($"arch                 : {RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}\nplatform             : linux\ntype                 : Linux {Environment.OSVersion.Version}\ncpus nb              : {Environment.ProcessorCount}\n")
            .Append($"totalmem             : {memory.TotalAvailableMemoryBytes}\nhome                 : {it.Variable("HOME")}\n");
        text.Append(Rule("PM2 list")).Append(ProcessTable.Draw(it.Daemon.List(), null, 0, color: false));
        text.Append(Rule("Daemon logs"));
        if (File.Exists(it.Home.LogFile))
        {
            text.Append($"{it.Home.LogFile} last 20 lines:\n");
            foreach (var line in File.ReadLines(it.Home.LogFile).TakeLast(20))
                text.Append($"PM2        | {line}\n");
        }

        it.Print($"\n```\n{text}\n```\n\n Please copy/paste the above report in your issue\n\n");
        return Pm2Context.Ok;
    }

    private static string Rule(string name) => $"===============================================================================\n--- {name} {new string('-', Math.Max(1, 74 - name.Length))}\n";

    private static string Node(Pm2Context it) => it.Host.Capture(["node", "--version"]) is (0, var version) ? version.Trim().TrimStart('v') : "N/A";
}
