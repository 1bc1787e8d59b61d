using Pharos;
using Pharos.Client;
using Pharos.Pm2;

// A table of contents. The thin verbs are the last line on purpose: nothing that they do not need is loaded before it.
return (Pm2Programs.Of(CalledAs.Name()), args) switch
{
    (not Pm2Program.None and var program, _) => Heavy.Pm2(program, args),
    (_, ["daemon", "stop" or "status" or "--help" or "-h", ..]) => Cli.Run(args, Shell.OfThisProcess()),
    (_, ["daemon", .. var rest]) => Heavy.Daemon(rest),
    (_, ["monit" or "dash", .. var rest]) => Heavy.Monit(rest),
    (_, ["pm2" or "pm2-runtime" or "pm2-docker" or "pm2-dev", .. var rest]) => Heavy.Pm2(Pm2Programs.Of(args[0]), rest),
    (_, ["serve", .. var rest]) => Heavy.Serve(rest),
    (_, ["otel", .. var rest]) => Heavy.Otel(rest),
    (_, ["migrate", "--help" or "-h", ..]) => Cli.Run(args, Shell.OfThisProcess()),
    (_, ["migrate", .. var rest]) => Heavy.Migrate(rest),
    _ => Cli.Run(args, Shell.OfThisProcess()),
};
