namespace Pharos.Pm2;

/// <summary>Which of PM2's programs we were called as.</summary>
internal enum Pm2Program
{
    /// <summary>None: we are ourselves.</summary>
    None,

    /// <summary><c>pm2</c>: commands for a daemon.</summary>
    Pm2,

    /// <summary><c>pm2-runtime</c>, <c>pm2-docker</c>: in the foreground, for containers.</summary>
    Runtime,

    /// <summary><c>pm2-dev</c>: in the foreground, restarting on changes.</summary>
    Dev,
}

/// <summary>Finds it.</summary>
internal static class Pm2Programs
{
    /// <summary>By the name that the program was called by.</summary>
    /// <param name="argv0">First word of the command line, as execve(2) got it: a path or a name.</param>
    /// <returns><see cref="Pm2Program.None"/> for every other name.</returns>
    public static Pm2Program Of(string argv0) => Path.GetFileName(argv0) switch
    {
        "pm2" => Pm2Program.Pm2,
        "pm2-runtime" or "pm2-docker" => Pm2Program.Runtime,
        "pm2-dev" => Pm2Program.Dev,
        _ => Pm2Program.None,
    };
}
