using Pharos.Client;

namespace Pharos.Screens;

internal static class MonitCommand
{
    public static Task<int> RunAsync(string[] args, Shell shell) => Task.FromResult(shell.Fail($"{args.Length}"));
}
