using System.Diagnostics;

namespace Pharos.Benchmarks.Contestants;

/// <summary>supervisord as <c>bench/supervisord/install</c> unpacked it into artifacts/supervisord, asked by its supervisorctl.</summary>
internal sealed class SupervisordContestant : Contestant
{
    private readonly string _configuration;
    private Process? _daemon;

    private SupervisordContestant(string folder)
        : base("supervisord", "/usr/bin/python3", folder, new() { ["PYTHONPATH"] = SupervisordKeeper.Folder + "/lib/python3/dist-packages" })
    {
        _configuration = Path.Combine(folder, "supervisord.conf");
        File.WriteAllText(_configuration, $"""
            [supervisord]
            nodaemon=true
            logfile={folder}/supervisord.log
            pidfile={folder}/supervisord.pid
            childlogdir={folder}
            [unix_http_server]
            file={folder}/sock
            [rpcinterface:supervisor]
            supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
            [supervisorctl]
            serverurl=unix://{folder}/sock
            [include]
            files={folder}/app.conf

            """);
    }

    /// <summary>One contestant, or none when it is not there.</summary>
    public static IEnumerable<Contestant> IfThere()
    {
        if (Directory.Exists(SupervisordKeeper.Folder))
            yield return new SupervisordContestant(Directory.CreateTempSubdirectory("sv-").FullName);
        else
            Console.Error.WriteLine("bench: supervisord is not there, bench/supervisord/install would get it; going on without");
    }

    public override CommandRun StartApp(App app)
    {
        File.WriteAllText(Path.Combine(Folder, "app.conf"), $"""
            [program:{app.Name}]
            command={string.Join(' ', [app.Program, .. app.Arguments])}
            process_name=%(program_name)s_%(process_num)d
            numprocs={app.Instances}
            startsecs=0

            """);
        return Command("update");
    }

    public override CommandRun List() => Command("status");

    protected override CommandRun Command(params ReadOnlySpan<string> arguments) =>
        base.Command([SupervisordKeeper.Folder + "/bin/supervisorctl", "-c", _configuration, .. arguments]);

    protected override int StartDaemon()
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [SupervisordKeeper.Folder + "/bin/supervisord", "-c", _configuration]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONPATH"] = SupervisordKeeper.Folder + "/lib/python3/dist-packages";
        _daemon = Process.Start(start)!;
        _daemon.BeginOutputReadLine();
        _daemon.BeginErrorReadLine();
        WaitFor(() => File.Exists(Path.Combine(Folder, "sock")), "socket of supervisord");
        return _daemon.Id;
    }

    protected override void Delete() => Command("stop", "all");

    protected override void StopDaemon()
    {
        Command("shutdown");
        _daemon?.WaitForExit(20_000);
        _daemon?.Dispose();
    }
}
