using System.Text.Json.Nodes;
using Pharos.Pm2.Start;

namespace Pharos.Pm2.Commands;

/// <summary>serve: a folder as a web site. The app is our own executable with its verb <c>serve</c>.</summary>
internal static class ServeCommand
{
    private const string DefaultPort = "8080";

    /// <summary>Runs it.</summary>
    public static int Run(Pm2Context it)
    {
        var path = it.Line.Words.Count > 0 ? it.Line.Words[0] : it.Variable("PM2_SERVE_PATH") ?? ".";
        var port = it.Line.Value("--port") ?? (it.Line.Words.Count > 1 ? it.Line.Words[1] : it.Variable("PM2_SERVE_PORT") ?? DefaultPort);
        if (!ushort.TryParse(port, out _))
            return it.Fail($"'{port}' is not a port");
        var conf = LineConf.Of(it.Line, deepMonitoring: false);
        conf["script"] = "serve";
        if (conf["name"] is null)
            conf["name"] = $"static-page-server-{port}";
        var env = ShellEnvironment.Of(it, conf["filter_env"]);
        env["PM2_SERVE_PORT"] = port;
        env["PM2_SERVE_PATH"] = it.Absolute(path);
        if (it.Line.Has("--spa"))
            env["PM2_SERVE_SPA"] = "true";
        if (it.Line.Has("--ftp"))
            env["PM2_SERVE_FTP"] = "true";
        if (it.Line.Value("--basic-auth-username") is { } user && it.Line.Value("--basic-auth-password") is { } password)
        {
            env["PM2_SERVE_BASIC_AUTH"] = "true";
            env["PM2_SERVE_BASIC_AUTH_USERNAME"] = user;
            env["PM2_SERVE_BASIC_AUTH_PASSWORD"] = password;
        }

        Prepare(it, conf, env);
        var list = it.Daemon.List(withEnv: true);
        if (list.Exists(p => p.Name == conf.Text("name")) && !it.Line.Has("--force"))
            return Lists.After(it, it.Fail("Script already launched, add -f option to force re-execution"));
        return Lists.After(it, Launching.Run(it, conf, env, list, d => $"Serving {env["PM2_SERVE_PATH"]} on port {port}"));
    }

    /// <summary>An app whose script is <c>serve</c>, and no file of that name: ours serves.</summary>
    public static void Prepare(Pm2Context it, AppConf conf, Dictionary<string, string> env)
    {
        if (conf.Text("script") != "serve" || File.Exists(it.Absolute(Path.Combine(conf.Text("cwd") ?? ".", "serve"))))
            return;
        conf["script"] = it.Host.Executable;
        conf["exec_interpreter"] = Interpreter.None;
        conf["exec_mode"] = "fork_mode";
        conf["args"] = new JsonArray("serve", "--environment");
        if (conf["name"] is null || conf.Text("name") == "serve")
            conf["name"] = $"static-page-server-{env.GetValueOrDefault("PM2_SERVE_PORT", DefaultPort)}";
        env["PM2_SERVE_PATH"] = it.Absolute(Path.Combine(conf.Text("cwd") ?? ".", env.GetValueOrDefault("PM2_SERVE_PATH", ".")));
    }
}
