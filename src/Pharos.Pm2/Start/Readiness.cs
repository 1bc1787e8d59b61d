using System.Diagnostics;
using System.Text.Json;
using Pharos.Contracts;
using Pharos.Pm2.Commands;

namespace Pharos.Pm2.Start;

/// <summary>Waits for apps that say themselves when they are ready, as long as PM2 would.</summary>
internal static class Readiness
{
    private const double DefaultLimit = 3000;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(40);

    /// <summary>Waits, when the app was asked to be waited for. Too late is not a failure: it is online then all the same.</summary>
    public static void Await(Pm2Context it, Declaration declaration)
    {
        if (declaration.Request.Ready is null)
            return;
        var limit = TimeSpan.FromMilliseconds(declaration.Options["listen_timeout"] is { } asked && double.TryParse(asked.ToString(), out var given) ? given : DefaultLimit);
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < limit)
        {
            var answer = it.Daemon.Send("GET", $"/v1/instances?app={Uri.EscapeDataString(declaration.Request.Name!)}");
            var instances = answer.IsOk ? JsonSerializer.Deserialize(answer.Body, ContractsJson.Default.InstanceViewArray) : null;
            if (instances is null || Array.TrueForAll(instances, i => i.Readiness == "ready" || i.State is not ("starting" or "running")))
                return;
            if (it.Host.WaitForEnd(Step))
                return;
        }
    }
}
