using System.Diagnostics;

namespace Pharos.EndToEnd.Tests.Kit;

/// <summary>A mount namespace of the test's own, in which folders are small, read-only or no tmpfs. What is mounted there goes with it, however the test ends.</summary>
/// <remarks>root makes one by itself, everybody else inside a user namespace. Where neither is allowed the test fails and says so: it is not passed over.</remarks>
internal sealed class MountSpace : IDisposable
{
    private readonly Process _holder;

    /// <param name="pharos">Whose commands run in it from now on.</param>
    /// <param name="mounts">Shell commands that mount.</param>
    /// <param name="isMachine">It has process ids of its own too, as a machine or a container has: those that commands tell are not those out here.</param>
    public MountSpace(PharosCli pharos, string mounts, bool isMachine = false)
    {
        string[] how = [Sys.IsRoot ? "-m" : "-rm", .. isMachine ? (string[])["-pf", "--mount-proc", "--kill-child"] : []];
        var script = $"set -e; mount --make-rprivate / 2>/dev/null || :; {mounts}; echo mounted; exec sleep 100000";
        var start = new ProcessStartInfo("unshare", [.. how, "sh", "-c", script]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("HOME"); // it is no leftover of the apps
        _holder = Process.Start(start)!;
        if (_holder.StandardOutput.ReadLine() != "mounted")
        {
            throw new InvalidOperationException(
                $"this test needs a mount namespace, as root or with unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, or --privileged for a container): {_holder.StandardError.ReadToEnd()}");
        }

        var inside = isMachine ? File.ReadAllText($"/proc/{_holder.Id}/task/{_holder.Id}/children").Trim() : $"{_holder.Id}";
        pharos.Enter = ["nsenter", "-t", inside, .. Sys.IsRoot ? [] : (string[])["-U", "--preserve-credentials"], "-m", .. isMachine ? (string[])["-p"] : [], "--"];
        pharos.Root = $"/proc/{inside}/root";
    }

    public void Dispose()
    {
        if (!_holder.HasExited)
            Sys.Signal(_holder.Id, Sys.SigKill);
        _holder.WaitForExit();
        _holder.Dispose();
    }
}
