using Pharos;
using Pharos.Client;

// A table of contents. The thin verbs are the last line on purpose: nothing that they do not need is loaded before it.
return args switch
{
    ["daemon", "stop" or "status" or "--help" or "-h", ..] => Cli.Run(args, Shell.OfThisProcess()),
    ["daemon", .. var rest] => Heavy.Daemon(rest),
    ["monit" or "dash", .. var rest] => Heavy.Monit(rest),
    _ => Cli.Run(args, Shell.OfThisProcess()),
};
