using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Pharos.Pm2.Sockets;

/// <summary>Which Node apps are run by: <c>node_version</c>, which PM2 hears from a wrapper inside the app. We have none, so each interpreter is asked once.</summary>
/// <param name="ask">Runs <c>PROGRAM --version</c> and gives what it said.</param>
internal sealed partial class NodeVersions(Func<string, CancellationToken, Task<string>> ask)
{
    private readonly ConcurrentDictionary<string, Task<string?>> _known = new(StringComparer.Ordinal);

    /// <summary>The version of an interpreter.</summary>
    /// <param name="interpreter">Its path; null: the app has none.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>Such as 20.20.2; null when it is no node.</returns>
    public Task<string?> OfAsync(string? interpreter, CancellationToken stop) =>
        interpreter is not null && Path.GetFileName(interpreter).StartsWith("node", StringComparison.Ordinal) ? _known.GetOrAdd(interpreter, path => AskAsync(path, stop)) : Task.FromResult<string?>(null);

    private async Task<string?> AskAsync(string interpreter, CancellationToken stop) =>
        Version().Match(await ask(interpreter, stop)) is { Success: true } match ? match.Value[1..] : null;

    [GeneratedRegex(@"v\d+\.\d+\.\d+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Version();
}
