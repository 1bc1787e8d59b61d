using System.Diagnostics;

namespace Pharos.Linux.Tests;

/// <summary>Waits for something to become true.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Polls until it is true; fails with what <paramref name="otherwise"/> says.</summary>
    internal static void True(Func<bool> condition, Func<string> otherwise)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, otherwise());
            Thread.Yield();
            Thread.Sleep(1);
        }
    }
}
