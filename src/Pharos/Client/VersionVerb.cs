using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Pharos.Client.Boot;
using Pharos.Client.Line;
using Pharos.Client.Wire;
using Pharos.Contracts;
using Pharos.Linux.Daemon;
using Pharos.Telemetry;

namespace Pharos.Client;

/// <summary>version: everything that a report of a fault should begin with. Its first line is <c>pharos VERSION</c>, for scripts.</summary>
internal static class VersionVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static int Run(ParsedLine line, Shell shell)
    {
        var kernel = KernelFeatures.Probe();
        var noHome = PharosHome.Find(shell, out var home);
        var daemon = home is null ? null : DaemonOf(home);
        if (line.Has("--json"))
        {
            Shell.Write(shell.Output, [.. Json(kernel, daemon), (byte)'\n']);
            return ExitCodes.Ok;
        }

        shell.Print(
            $"""
            pharos {PharosBuild.Version}
            commit   {PharosBuild.Commit ?? "not known: this build was not stamped (./build.sh publish does that)"}
            form     {Form}
            runtime  {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}
            kernel   {Release()}: {Words(kernel)}
            daemon   {(daemon is not null ? $"{daemon.Version}, pid {daemon.Pid}, home {daemon.Home}" : noHome ?? $"none answers in {home!.Path}")}

            """);
        return ExitCodes.Ok;
    }

    // Native AOT shows at run time; that the rest was compiled ahead is known to Publish.props only.
    private static string Form => !RuntimeFeature.IsDynamicCodeCompiled ? "native AOT" : Stamped("PharosForm") ?? "framework-dependent";

    private static string? Stamped(string key)
    {
        foreach (var stamp in typeof(VersionVerb).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>())
        {
            if (stamp.Key == key)
            {
                return stamp.Value;
            }
        }

        return null;
    }

    // As uname -r says it; .NET makes four numbers of it.
    private static string Release()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Environment.OSVersion.Version.ToString(); // a /proc without it
        }
    }

    private static string Words(KernelFeatures kernel) =>
        $"pidfd {(kernel.Pidfd ? "yes" : "NO, the daemon cannot start")}, PIDFD_GET_INFO {(kernel.PidfdInfo ? "yes" : "no")}, "
        + $"limits by cgroup: memory {Word(kernel.Memory) ?? "no"}, cpu {Word(kernel.Cpu) ?? "no"}, tasks {Word(kernel.Tasks) ?? "no"}";

    private static string? Word(CgroupVersion version) => version switch
    {
        CgroupVersion.None => null,
        CgroupVersion.V1 => "v1",
        CgroupVersion.V2 => "v2",
    };

    private static byte[] Json(KernelFeatures kernel, DaemonView? daemon)
    {
        var json = new JsonText().Begin('{').Name("version").Value(PharosBuild.Version);
        Text("commit", PharosBuild.Commit);
        Text("form", Form);
        Text("runtime", RuntimeInformation.FrameworkDescription);
        Text("rid", RuntimeInformation.RuntimeIdentifier);
        json.Name("kernel").Begin('{').Name("release").Value(Release())
            .Name("pidfd").Value(kernel.Pidfd).Name("pidfdGetInfo").Value(kernel.PidfdInfo).Name("cgroup").Begin('{');
        Text("memory", Word(kernel.Memory));
        Text("cpu", Word(kernel.Cpu));
        Text("tasks", Word(kernel.Tasks));
        json.End('}').End('}').Name("daemon");
        _ = daemon is null ? json.Null() : json.Begin('{').Name("version").Value(daemon.Version).Name("pid").Value(daemon.Pid).Name("home").Value(daemon.Home).End('}');
        return json.End('}').ToBytes();

        void Text(string name, string? value) => _ = value is null ? json.Name(name).Null() : json.Name(name).Value(value);
    }

    // A daemon that hangs must not keep anybody from asking for a version: what is not there in time does not answer.
    private static DaemonView? DaemonOf(PharosHome home)
    {
        var asked = Task.Run(() => Ask(home));
        return asked.Wait(Patience) ? asked.Result : null;
    }

    private static DaemonView? Ask(PharosHome home)
    {
        using var connection = UnixConnection.Open(home.Socket, out _);
        if (connection?.Send(Encoding.ASCII.GetBytes("GET /v1/daemon HTTP/1.1\r\nHost: pharos\r\nConnection: close\r\nAccept: application/json\r\n\r\n")) != true)
        {
            return null;
        }

        var parser = new ResponseParser();
        var body = new List<byte>();
        var buffer = new byte[4096];
        for (var n = connection.Receive(buffer); n > 0; n = connection.Receive(buffer))
        {
            ReadOnlySpan<byte> input = buffer.AsSpan(0, n);
            for (var piece = parser.Next(ref input); !piece.IsEmpty; piece = parser.Next(ref input))
            {
                body.AddRange(piece);
            }

            if (parser.IsDone || parser.IsBroken)
            {
                break;
            }
        }

        try
        {
            return parser.Status == 200 && parser.MayEndHere ? JsonSerializer.Deserialize([.. body], ContractsJson.Default.DaemonView) : null;
        }
        catch (JsonException)
        {
            return null; // something else listens there: not a daemon that answers
        }
    }
}
