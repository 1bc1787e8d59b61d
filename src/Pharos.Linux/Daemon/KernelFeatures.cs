using Pharos.Linux.Cgroups;

namespace Pharos.Linux.Daemon;

/// <summary>What this kernel lets this process do, found by use (docs/kernel.md). Looking changes nothing.</summary>
/// <param name="Pidfd">Processes are held by pidfd; without it the daemon does not start.</param>
/// <param name="PidfdInfo">PIDFD_GET_INFO is known: how an adopted process ended can be asked (its exit status since 6.15, which shows at an exit only).</param>
/// <param name="Memory">Control groups that can limit memory.</param>
/// <param name="Cpu">The same for processor time.</param>
/// <param name="Tasks">The same for processes and threads.</param>
public sealed record KernelFeatures(bool Pidfd, bool PidfdInfo, CgroupVersion Memory, CgroupVersion Cpu, CgroupVersion Tasks)
{
    /// <summary>Asks the kernel.</summary>
    public static KernelFeatures Probe()
    {
        using var self = new Fd(Libc.pidfd_open(Environment.ProcessId));
        var groups = CgroupLayout.OfThisProcess();
        return new(!self.IsInvalid, !self.IsInvalid && Processes.PidfdInfo.IsKnown(self), Of(Controller.Memory), Of(Controller.Cpu), Of(Controller.Pids));

        CgroupVersion Of(Controller controller) => groups.PlaceOf(controller) switch
        {
            null => CgroupVersion.None,
            { IsV2: true } => CgroupVersion.V2,
            _ => CgroupVersion.V1,
        };
    }
}
