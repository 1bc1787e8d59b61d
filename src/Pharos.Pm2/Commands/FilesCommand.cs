using System.Text;
using Pharos.Pm2.Line;

namespace Pharos.Pm2.Commands;

/// <summary>Files that are written for people: an example configuration, completion, logrotate.</summary>
internal static class FilesCommand
{
    public static int Ecosystem(Pm2Context it)
    {
        const string name = "ecosystem.config.js";
        var path = it.Absolute(name);
        if (File.Exists(path) && !it.Line.Has("--force"))
            return it.Fail($"File {name} exists already; -f writes over it");
        var simple = it.Line.Words.FirstOrDefault() == "simple";
        File.WriteAllText(path, simple
            ? "module.exports = {\n  apps: [{\n    name: 'app',\n    script: './app.js'\n  }]\n}\n"
            : """
              // docs/pm2.md lists what every attribute does here.
              module.exports = {
                apps: [{
                  name: 'web',
                  script: './web.js',
                  instances: 2,
                  max_memory_restart: '300M',
                  env: { NODE_ENV: 'development' },
                  env_production: { NODE_ENV: 'production' }
                }, {
                  name: 'worker',
                  script: './worker.js',
                  watch: ['./worker.js']
                }],

                deploy: {
                  production: {
                    user: 'deploy',
                    host: ['server.example'],
                    ref: 'origin/main',
                    repo: 'git@server.example:project.git',
                    path: '/srv/project',
                    'post-deploy': 'npm ci && pm2 startOrReload ecosystem.config.js --env production'
                  }
                }
              }

              """);
        it.Say($"File {path} generated");
        return Pm2Context.Ok;
    }

    public static int Completion(Pm2Context it)
    {
        var script = new StringBuilder("# pm2 completion for bash and zsh\n_pm2() {\n  local word=${COMP_WORDS[COMP_CWORD]}\n  case ${COMP_WORDS[COMP_CWORD-1]} in\n");
        script.Append("    stop | restart | scale | reload | delete | del | reset | logs | describe | desc | show | info)\n      COMPREPLY=($(compgen -W \"all $(pm2 jlist 2>/dev/null | grep -o '\"name\":\"[^\"]*\",\"pm_id\"' | cut -d'\"' -f4)\" -- \"$word\")) ;;\n");
        script.Append("    *) COMPREPLY=($(compgen -W \"start restart reload stop delete list jlist prettylist describe logs monit save resurrect startup unstartup kill flush reset scale serve deploy env id pid ping ");
        script.Append(string.Join(' ', Pm2Options.All.Select(o => o.Long)));
        script.Append("\" -- \"$word\") $(compgen -f -- \"$word\")) ;;\n  esac\n}\n[ -z \"${ZSH_VERSION:-}\" ] || autoload -U +X bashcompinit && bashcompinit 2>/dev/null\ncomplete -F _pm2 pm2\n");
        var word = it.Line.Words.FirstOrDefault();
        if (word is null)
        {
            it.Print(script.ToString());
            return Pm2Context.Ok;
        }

        if (word is not ("install" or "uninstall") || it.Variable("HOME") is not { } user)
            return it.Fail($"'{word}' is not one of install, uninstall");
        var file = Path.Combine(user, ".local/share/bash-completion/completions/pm2");
        if (word == "install")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, script.ToString());
        }
        else if (File.Exists(file))
        {
            File.Delete(file);
        }

        it.Tell($"{(word == "install" ? "written" : "removed")}: {file}");
        return Pm2Context.Ok;
    }

    public static int LogRotate(Pm2Context it)
    {
        it.Tell("log files are rotated by the supervisor itself; this is for who wants logrotate to do it.");
        if (!Environment.IsPrivilegedProcess)
            return it.Fail($"root only: sudo {it.Host.Executable} pm2 logrotate -u {it.Variable("USER")}");
        var user = it.Line.Value("--user") ?? it.Variable("USER") ?? "root";
        var path = $"/etc/logrotate.d/pm2-{user}";
        File.WriteAllText(path, $"{it.Home.LogFile} {it.Home.Logs}/*.log {{\n  weekly\n  rotate 12\n  missingok\n  notifempty\n  copytruncate\n  compress\n  delaycompress\n  create 0640 {user} {user}\n}}\n");
        it.Tell($"Logrotate configuration added to {path}");
        return Pm2Context.Ok;
    }
}
