using Pharos.Core.Ports;

namespace Pharos.Supervisor.Probes;

/// <summary>A command, run as the app is: same user, folder and environment.</summary>
internal sealed class ExecCheck(ICommandRunner runner, CommandRequest request) : IProbeCheck
{
    public async Task<ProbeAnswer> AskAsync(CancellationToken cancel)
    {
        var result = await runner.RunAsync(request, cancel);
        return result.Good ? ProbeAnswer.Yes : ProbeAnswer.No(result.Message);
    }
}
