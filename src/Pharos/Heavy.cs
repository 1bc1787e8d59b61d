using System.Runtime.CompilerServices;
using Pharos.Client;
using Pharos.Daemon;
using Pharos.Screens;

namespace Pharos;

/// <summary>Each behind a call of its own, so that the thin path never loads what these are made of.</summary>
internal static class Heavy
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Daemon(string[] args) => DaemonCommand.RunAsync(args).GetAwaiter().GetResult();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Monit(string[] args) => MonitCommand.RunAsync(args, Shell.OfThisProcess()).GetAwaiter().GetResult();
}
