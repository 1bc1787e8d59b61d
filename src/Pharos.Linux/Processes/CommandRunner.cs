using System.Text;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;

namespace Pharos.Linux.Processes;

/// <summary>Runs a command of an app to its end, with a session of its own, and reads the last line that it printed.</summary>
internal sealed class CommandRunner(Func<int, string, Action<ExitStatus>, Launched<IHostedProcess>> hold)
{
    private const int MostOutput = 256 * 1024, LongestLine = 200;
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(1);
    private static long _number;

    internal async Task<CommandResult> RunAsync(CommandRequest request, CancellationToken cancel)
    {
        using var output = Output();
        if (output is null)
            return new(false, "no memory for its output");
        var marker = $"command-{Environment.ProcessId}-{Interlocked.Increment(ref _number)}";
        var ended = new TaskCompletionSource<ExitStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = Start(request, marker, output, ended);
        if (started.Refused is { } refused)
            return new(false, refused.Message);
        using var process = started.Value!;
        using var late = new CancellationTokenSource(request.Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            var status = await ended.Task.WaitAsync(either.Token);
            if (status.IsSuccess)
                return new(true, "");
            var how = status.Signal is { } signal ? $"ended by {SignalNames.Of(signal)}" : $"exit code {status.Code}";
            return new(false, LastLine(output) is { Length: > 0 } line ? $"{how}: {line}" : how);
        }
        catch (OperationCanceledException)
        {
            await Task.Run(() => process.KillTree(KillPatience), CancellationToken.None);
            cancel.ThrowIfCancellationRequested();
            return new(false, $"no end within {request.Timeout.TotalSeconds:0.###} s");
        }
    }

    private Launched<IHostedProcess> Start(CommandRequest request, string marker, Fd output, TaskCompletionSource<ExitStatus> ended)
    {
        if (Credentials.Find(request.User, request.Group, out var credentials) is { } unknown)
            return unknown;
        var env = new Dictionary<string, string>(request.Env, StringComparer.Ordinal) { [EnvironMarkers.Variable] = marker };
        var plan = new SpawnPlan
        {
            Executable = "/bin/sh",
            Argv = ["sh", "-c", request.Command],
            Envp = [.. env.Select(e => $"{e.Key}={e.Value}")],
            Cwd = request.Cwd,
            Descriptors = [output, output],
            Credentials = credentials,
        };
        return Spawner.Start(plan, out var pid) is { } failed ? failed : hold(pid, marker, status => ended.TrySetResult(status));
    }

    /// <summary>A file in memory that cannot grow: a command that prints without end gets errors, not our memory.</summary>
    private static unsafe Fd? Output()
    {
        var fd = Libc.memfd_create("pharos-command", Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING);
        if (fd < 0)
            return null;
        var file = StdioFiles.AboveStdio(fd);
        if (Libc.ftruncate(file.Raw, MostOutput) == 0 && Libc.fcntl(file.Raw, Libc.F_ADD_SEALS, Libc.F_SEAL_GROW | Libc.F_SEAL_SHRINK) == 0)
            return file;
        file.Dispose();
        return null;
    }

    private static unsafe string LastLine(Fd output)
    {
        var end = Libc.lseek(output.Raw, 0, 1); // the place where the command, which shares it, has come to
        var from = Math.Max(0, end - (4 * LongestLine));
        var buffer = new byte[Math.Max(0, end - from)];
        nint count;
        fixed (byte* start = buffer)
            count = Libc.pread(output.Raw, start, buffer.Length, from);
        var lines = Encoding.UTF8.GetString(buffer, 0, (int)Math.Max(0, count)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines is [.., var last] ? (last.Length > LongestLine ? last[..LongestLine] + "…" : last) : "";
    }
}
