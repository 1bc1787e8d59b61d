namespace Pharos.Core.Ports;

/// <summary>A command of an app that is run to its end and asked how it ended.</summary>
public sealed record CommandRequest
{
    /// <summary>For <c>/bin/sh -c</c>.</summary>
    public required string Command { get; init; }

    /// <summary>Working directory.</summary>
    public required string Cwd { get; init; }

    /// <summary>The whole environment.</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>User name or number; null: the daemon's.</summary>
    public string? User { get; init; }

    /// <summary>Group name or number; null: the user's.</summary>
    public string? Group { get; init; }

    /// <summary>After this time the command and everything that it started is killed.</summary>
    public required TimeSpan Timeout { get; init; }
}

/// <summary>How a command ended.</summary>
/// <param name="Good">It ended with code 0 in time.</param>
/// <param name="Message">One line: how it ended, and the last line that it printed; empty when all is well.</param>
public readonly record struct CommandResult(bool Good, string Message);

/// <summary>Runs short commands.</summary>
public interface ICommandRunner
{
    /// <summary>Runs a command. Never throws for what the command does.</summary>
    /// <param name="request">The command.</param>
    /// <param name="cancel">Kills it.</param>
    /// <returns>How it ended.</returns>
    Task<CommandResult> RunAsync(CommandRequest request, CancellationToken cancel);
}
