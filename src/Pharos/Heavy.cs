using System.Runtime.CompilerServices;
using Pharos.Client;
using Pharos.Daemon;
using Pharos.Face;
using Pharos.Otel;
using Pharos.Pm2;
using Pharos.Pm2.Migrate;
using Pharos.Screens;
using Pharos.Serve;

namespace Pharos;

/// <summary>Each behind a call of its own, so that the thin path never loads what these are made of.</summary>
internal static class Heavy
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Daemon(string[] args) => DaemonCommand.RunAsync(args).GetAwaiter().GetResult();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Monit(string[] args) => MonitCommand.RunAsync(args, Shell.OfThisProcess()).GetAwaiter().GetResult();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Serve(string[] args) => ServeVerb.Run(args, Shell.OfThisProcess());

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Otel(string[] args) => OtelVerb.Run(args, Shell.OfThisProcess());

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Migrate(string[] args)
    {
        using var host = new Pm2Host(Shell.OfThisProcess());
        return MigrateCommand.Run(args, host);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Pm2(Pm2Program program, string[] args)
    {
        using var host = new Pm2Host(Shell.OfThisProcess());
        return Pm2Cli.Run(program, args, host);
    }
}
