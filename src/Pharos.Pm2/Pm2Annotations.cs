namespace Pharos.Pm2;

/// <summary>What the face notes beside an app's spec (<c>annotations</c>, opaque to the daemon), and reads back to show it in PM2's words.</summary>
internal static class Pm2Annotations
{
    /// <summary>
    /// A JSON object: every key of <c>pm2_env</c> that is decided when an app is declared, under PM2's name and in PM2's types and units, nothing of the
    /// environment: name (as the user wrote it; the daemon's own name of the app may differ, ADR 10), namespace, version, username, unique_id,
    /// pm_exec_path, pm_cwd, exec_interpreter, exec_mode, args, node_args, instances, instance_var, filter_env, autostart, autorestart, watch,
    /// treekill, vizion, pmx, automation, node_version, kill_timeout and so on; what was not asked for is absent, as there.
    /// What changes while it runs comes from the daemon: status, pm_uptime, created_at, restart_time, unstable_restarts, exit_code, pm_id, pid, the
    /// instance variable, pm_out_log_path, pm_err_log_path, axm_monitor, axm_actions; and env, flattened and whole, from the environment.
    /// </summary>
    public const string Options = "pm2";

    /// <summary>A JSON object: what was asked for, under the names of PM2's configuration and without the environment, so that it can be asked for again with changes.</summary>
    public const string Conf = "pm2.conf";
}
