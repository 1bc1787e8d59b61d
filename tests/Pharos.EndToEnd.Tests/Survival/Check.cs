namespace Pharos.EndToEnd.Tests.Survival;

/// <summary>An assertion whose message is made only when it fails: thousands of them in a row must not each read the daemon's log.</summary>
internal static class Check
{
    public static void That(bool condition, Func<string> message)
    {
        if (!condition)
            Assert.Fail(message());
    }
}
