using System.Runtime.InteropServices;

namespace Pharos.Benchmarks.Contestants;

/// <summary>CPU time of all children that have ended and were waited for, getrusage(2). The only exact source for a process that is gone.</summary>
internal static unsafe partial class ChildCpu
{
    private const int RusageChildren = -1;

    /// <summary>Seconds, user and system.</summary>
    public static double Seconds
    {
        get
        {
            var usage = stackalloc long[64]; // struct rusage: two timevals, then what is of no interest here; 144 bytes
            if (GetRusage(RusageChildren, usage) != 0)
                throw new CannotMeasureException($"getrusage: {Marshal.GetLastPInvokeErrorMessage()}");
            return usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6);
        }
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetRusage(int who, long* usage);
}
