namespace Pharos.Client.Startup;

/// <summary>The init script, openrc-run(8) with supervise-daemon(8), which starts a daemon that died again.</summary>
internal static class OpenRcScript
{
    // retry: SIGTERM makes the daemon stop its apps in order, and that may take a while; without SIGKILL at the end supervise-daemon would give up waiting.
    public static string Text(ServiceFacts facts) =>
        $"""
        #!/sbin/openrc-run
        {ServiceFacts.Mark}

        name={Quoted(facts.Name)}
        description={Quoted("Pharos process supervisor of " + facts.User)}
        supervisor=supervise-daemon
        command={Quoted(facts.Command[0])}
        command_args={Quoted(Arguments(facts))}
        command_user={Quoted(facts.User)}
        respawn_delay=1
        respawn_max=0
        retry="SIGTERM/300/SIGKILL/5"
        rc_ulimit="-n 65536"
        export PHAROS_HOME={Quoted(facts.Home)}

        depend() {'{'}
            need localmount
            use net dns logger
            after bootmisc firewall
        {'}'}

        start_pre() {'{'}
            if [ -r {Quoted(facts.Variables)} ]; then
                set -a
                . {Quoted(facts.Variables)}
                set +a
            fi
        {'}'}

        """;

    /// <summary>A word for sh.</summary>
    internal static string Quoted(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    // supervise-daemon's arguments are read by a shell once more.
    private static string Arguments(ServiceFacts facts)
    {
        var text = "";
        for (var i = 1; i < facts.Command.Length; i++)
        {
            text += Quoted(facts.Command[i]) + " ";
        }

        return text + "daemon";
    }
}
