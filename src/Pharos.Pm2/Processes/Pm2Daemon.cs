using System.Globalization;
using System.Text;
using System.Text.Json;
using Pharos.Contracts;
using Pharos.Pm2.Commands;
using Pharos.Pm2.Host;

namespace Pharos.Pm2.Processes;

/// <summary>The daemon of a home: started when need be, asked over its control API.</summary>
internal sealed class Pm2Daemon(Pm2Context it)
{
    private bool _up;

    /// <summary>Whether one answers now. Starts none.</summary>
    public bool IsUp() => it.Host.Send(it.Home.State, "GET", "/v1/daemon").IsOk;

    /// <summary>Sees to it that a daemon is there, and that PM2's folder has what belongs into it: somebody may have deleted that.</summary>
    /// <returns>Null, or one line that says why there is none.</returns>
    public string? Ensure()
    {
        if (_up)
            return null;
        if (!File.Exists(it.Home.Touch) || !Directory.Exists(it.Home.Logs) || !Directory.Exists(it.Home.Pids))
        {
            if (it.Home.Create() is { } fault)
                return fault;
        }

        if (it.Host.Send(it.Home.State, "GET", "/v1/daemon") is { IsOk: true } answer)
        {
            RewritePidFile(answer);
            _up = true;
            return null;
        }

        it.Tell($"Spawning PM2 daemon with pm2_home={it.Home.Path}");
        if (it.Host.StartDaemon(it.Home.State, it.Home.Path) is { } refused)
            return refused;
        it.Tell("PM2 Successfully daemonized");
        _up = true;
        return null;
    }

    /// <summary>One request; a daemon is started when there is none.</summary>
    public DaemonAnswer Send(string method, string path, byte[]? body = null)
    {
        if (Ensure() is { } refused)
            return new(0, Encoding.UTF8.GetBytes(refused));
        var answer = it.Host.Send(it.Home.State, method, path, body);
        return answer.Status == 0 ? new(0, "the daemon went away"u8.ToArray()) : answer;
    }

    /// <summary>All processes, in the order of their numbers.</summary>
    /// <param name="withEnv">With the values of their environment.</param>
    /// <exception cref="DaemonRefusedException">There is no daemon, or it does not answer.</exception>
    public List<Pm2Process> List(bool withEnv = false) => [.. Apps(withEnv).SelectMany(app => app.Instances.Select(i => Pm2Process.Of(app, i))).OrderBy(p => p.Number)];

    /// <summary>All apps with their instances.</summary>
    /// <param name="withEnv">With the values of their environment; what the face itself put there is left out.</param>
    /// <exception cref="DaemonRefusedException">There is no daemon, or it does not answer.</exception>
    public IReadOnlyList<AppView> Apps(bool withEnv = false)
    {
        var answer = Send("GET", withEnv ? "/v1/apps/all?env=1" : "/v1/apps/all");
        if (!answer.IsOk)
            throw new DaemonRefusedException(ErrorOf(answer));
        var apps = JsonSerializer.Deserialize(answer.Body, ContractsJson.Default.AppViewArray) ?? [];
        return withEnv ? [.. apps.Select(a => a with { Env = Start.Declaration.Shown(a.Env) })] : apps;
    }

    /// <summary>What a refused request says.</summary>
    public static string ErrorOf(DaemonAnswer answer)
    {
        if (answer.Status == 0)
            return Encoding.UTF8.GetString(answer.Body);
        try
        {
            return JsonSerializer.Deserialize(answer.Body, ContractsJson.Default.ProblemView)?.Detail ?? $"the daemon answered {answer.Status}";
        }
        catch (JsonException)
        {
            return $"the daemon answered {answer.Status}";
        }
    }

    private void RewritePidFile(DaemonAnswer answer)
    {
        if (File.Exists(it.Home.PidFile) || JsonSerializer.Deserialize(answer.Body, ContractsJson.Default.DaemonView) is not { } daemon)
            return;
        try
        {
            File.WriteAllText(it.Home.PidFile, daemon.Pid.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            it.Warn($"cannot write {it.Home.PidFile}: {e.Message}");
        }
    }
}

/// <summary>The daemon cannot be asked.</summary>
/// <param name="why">One line.</param>
internal sealed class DaemonRefusedException(string why) : Exception(why);
