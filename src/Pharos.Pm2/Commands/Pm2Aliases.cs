namespace Pharos.Pm2.Commands;

/// <summary>Commands that have several names.</summary>
internal static class Pm2Aliases
{
    /// <summary>The first name of a command.</summary>
    public static string Of(string command) => command switch
    {
        "ls" or "l" or "ps" or "status" => "list",
        "del" => "delete",
        "desc" or "info" or "show" => "describe",
        "log" => "logs",
        "dump" => "save",
        "sysinfos" => "slist",
        "updatePM2" => "update",
        "dash" or "dashboard" or "imonit" => "monit",
        "expose" => "serve",
        "init" => "ecosystem",
        "module:install" => "install",
        "module:uninstall" => "uninstall",
        "module:publish" => "publish",
        "config" => "conf",
        "register" => "plus",
        _ => command,
    };
}
