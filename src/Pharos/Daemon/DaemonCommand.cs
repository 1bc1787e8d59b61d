namespace Pharos.Daemon;

internal static class DaemonCommand
{
    public static Task<int> RunAsync(string[] args) => Task.FromResult(args.Length + 1);
}
