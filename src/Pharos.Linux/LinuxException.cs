using System.Runtime.InteropServices;

namespace Pharos.Linux;

/// <summary>The kernel refused something that should have worked.</summary>
/// <param name="call">Name of the system call.</param>
/// <param name="errno">Its error number.</param>
/// <param name="subject">What it was about: a path, a pid.</param>
public sealed class LinuxException(string call, int errno, string subject)
    : IOException($"{call} {subject}: {Describe(errno)} (errno {errno})")
{
    /// <summary>Name of the system call.</summary>
    public string Call { get; } = call;

    /// <summary>Error number, as errno(3) has it.</summary>
    public int Errno { get; } = errno;

    /// <summary>What it was about.</summary>
    public string Subject { get; } = subject;

    /// <summary>The words of strerror(3).</summary>
    /// <param name="errno">Error number.</param>
    /// <returns>The words, for people.</returns>
    internal static string Describe(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    /// <summary>Throws when a call returned -1.</summary>
    internal static int Check(int result, string call, string subject) =>
        result >= 0 ? result : throw new LinuxException(call, Libc.Errno, subject);
}
