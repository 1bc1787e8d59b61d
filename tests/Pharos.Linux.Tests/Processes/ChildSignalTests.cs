using Pharos.Core.Lifecycle;

namespace Pharos.Linux.Tests.Processes;

/// <summary>Changes a signal of the whole test process, so it runs alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed unsafe class ChildSignalTests
{
    [Fact]
    public void Exit_codes_are_told_even_if_whoever_started_us_ignored_SIGCHLD()
    {
        var before = stackalloc byte[256];
        var ignore = stackalloc byte[256];
        new Span<byte>(ignore, 256).Clear();
        *(nint*)ignore = 1; // SIG_IGN
        Assert.Equal(0, Libc.sigaction(Libc.SIGCHLD, ignore, before));
        try
        {
            using var box = new Sandbox();
            var now = stackalloc byte[256];
            Assert.Equal(0, Libc.sigaction(Libc.SIGCHLD, null, now));
            Assert.NotEqual(1, *(nint*)now); // newer kernels tell the code through the pidfd even so; older ones do not
            Assert.Equal(new ExitStatus(7, null), box.Start(box.Shell("exit 7")).WaitForExit());
        }
        finally
        {
            _ = Libc.sigaction(Libc.SIGCHLD, before, null);
        }
    }
}
