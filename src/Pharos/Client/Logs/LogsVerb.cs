using System.Runtime.InteropServices;
using Pharos.Client.Line;
using Pharos.Contracts.Client;
using Pharos.Linux.Streams;
using Pharos.Logs.History;
using Pharos.Logs.Store;

namespace Pharos.Client.Logs;

/// <summary>logs: the past out of the files, read by this process so that the daemon has no part in it; then, from the daemon, what comes.</summary>
internal static class LogsVerb
{
    private static readonly TimeSpan Tie = TimeSpan.FromSeconds(30);

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(ParsedLine line, Shell shell)
    {
        if (LogsOrder.Read(line, shell, TimeProvider.System.GetLocalNow(), out var order) is { } fault)
        {
            return shell.Fail(fault, ExitCodes.Usage);
        }

        if (Cli.Reach(shell, out var home) is var unreached and not ExitCodes.Ok)
        {
            return unreached;
        }

        // Ctrl-C is how a stream is meant to end: nothing is buffered on our side, and the daemon sees the connection go.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static _ => ClientLibc._exit(ExitCodes.Ok));
        try
        {
            return RunAsync(order!, home!.Socket, shell).GetAwaiter().GetResult();
        }
        catch (PharosApiException e)
        {
            return shell.Fail(e.Message);
        }
        catch (HttpIOException)
        {
            return shell.Fail("the daemon ended in the middle of its stream; its log is pharos.log in its home");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            return shell.Fail(e.Message);
        }
    }

    private static async Task<int> RunAsync(LogsOrder order, string socket, Shell shell)
    {
        using var client = new PharosClient(socket);
        var streams = await client.LogStreams(order.Selectors, order.Namespace).WaitAsync(Tie);
        var writer = new LogsWriter(order, streams, shell);
        var whose = streams.SelectMany(s => s.Instances).ToHashSet(StringComparer.Ordinal);
        bool Wanted(LogSource source) => whose.Contains($"{source.App}:{source.Index}") && order.WantsStream(source.Stderr);
        using var history = new LogHistory(new LogFiles(), [.. streams.Select(s => s.Folder)], Wanted, order.Filter, writer.Missing);
        if (order.Errors)
        {
            ErrorsReport.Print(history, order, shell);
            return ExitCodes.Ok;
        }

        if (order.Lines is { } lines)
        {
            history.OnlyLast(lines);
        }

        if (Print(history, null, writer) && order.Follow)
        {
            await FollowAsync(client, order, history, writer);
        }

        return ExitCodes.Ok;
    }

    /// <returns>False: nobody reads what we print any more.</returns>
    private static bool Print(LogHistory history, IReadOnlyDictionary<string, long>? upTo, LogsWriter writer)
    {
        foreach (var line in history.Read(upTo))
        {
            if (!writer.Write(line))
            {
                return false;
            }
        }

        return writer.Flush();
    }

    /// <summary>The daemon's lines, from where its stream begins; up to there the files are read on.</summary>
    private static async Task FollowAsync(PharosClient client, LogsOrder order, LogHistory history, LogsWriter writer)
    {
        using var live = await client.FollowLogs(order.Selectors, order.Namespace, order.Stream);
        if (!Print(history, live.Start.Positions, writer))
        {
            return;
        }

        while (await live.Next() is { } line)
        {
            if (!writer.Write(line) || !writer.Flush())
            {
                return;
            }
        }
    }
}
