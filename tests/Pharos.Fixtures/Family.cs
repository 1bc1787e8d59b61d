using System.Diagnostics;

namespace Pharos.Fixtures;

/// <summary>A family of six: the fixture itself, a child, a grandchild, one that left the session, one deaf to polite signals, and one that forked
/// twice and was handed to init. Prints <c>ROLE PID</c> for each, then <c>ready</c>, and stays.</summary>
internal static class Family
{
    private const string Script =
        """
        echo child $$
        sleep 3600 & echo grandchild $!
        setsid sleep 3600 & echo setsid $!
        sh -c 'trap "" INT TERM HUP QUIT; exec sleep 3600' & echo deaf $!
        sh -c 'setsid sleep 3600 & echo orphan $!'
        echo ready
        wait
        """;

    internal static int Raise()
    {
        Out.Line($"root {Environment.ProcessId}");
        using var child = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", Script } });
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }
}
