using Pharos.Supervisor.Operations;

namespace Pharos.Supervisor;

/// <summary>What a person does to log files.</summary>
public sealed partial class ProcessSupervisor
{
    /// <summary>Opens all log files anew by their names: somebody rotated them.</summary>
    /// <returns>Completes when what comes from now on goes into the files of these names.</returns>
    public Task ReopenLogsAsync() => _services.Pump.ReopenAsync();

    /// <summary>Empties log files, and deletes their rotations.</summary>
    /// <param name="selector">Of which instances.</param>
    /// <returns>Null when that is done.</returns>
    public async Task<OperationRefused?> FlushLogsAsync(string selector)
    {
        if (Select(selector, out var actors) is { } refused)
            return refused;
        try
        {
            await _services.Pump.FlushAsync([.. actors.Select(a => a.Log)]);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(Refusal.Invalid, $"cannot empty the log files of '{selector}': {e.Message}");
        }
    }
}
