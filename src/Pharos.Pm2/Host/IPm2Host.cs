namespace Pharos.Pm2.Host;

/// <summary>What the face needs of the process that it runs in. The executable has the one real implementation; tests script another.</summary>
internal interface IPm2Host
{
    /// <summary>The shell's environment.</summary>
    IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>The folder that the command was typed in.</summary>
    string Cwd { get; }

    /// <summary>Columns of the terminal behind stdout; 0: there is none.</summary>
    int Columns { get; }

    /// <summary>Path of this executable.</summary>
    string Executable { get; }

    /// <summary>Prints to stdout, as it is.</summary>
    void Print(string text);

    /// <summary>Prints to stderr, as it is.</summary>
    void PrintError(string text);

    /// <summary>Everything that comes on stdin.</summary>
    string ReadInput();

    /// <summary>One request to the daemon of a home.</summary>
    /// <param name="state">The daemon's home.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path and query, escaped.</param>
    /// <param name="body">JSON; null: none.</param>
    /// <returns>Status 0: there is no daemon, or it went away meanwhile.</returns>
    DaemonAnswer Send(string state, string method, string path, byte[]? body = null);

    /// <summary>Reads a stream of the daemon line by line.</summary>
    /// <param name="state">The daemon's home.</param>
    /// <param name="path">Path and query, escaped.</param>
    /// <param name="accept">Media type.</param>
    /// <param name="line">Is shown each line; false ends it.</param>
    /// <returns>HTTP status; 0: there is no daemon.</returns>
    int Follow(string state, string path, string accept, Func<string, bool> line);

    /// <summary>Starts a daemon, unless one answers.</summary>
    /// <param name="state">Its home.</param>
    /// <param name="pm2Home">The folder that it has PM2's files in.</param>
    /// <returns>Null when one answers, or one line that says why not.</returns>
    string? StartDaemon(string state, string pm2Home);

    /// <summary>Runs a program to its end and collects what it prints on both streams.</summary>
    (int ExitCode, string Said) Capture(IReadOnlyList<string> command);

    /// <summary>Runs a program to its end, on this terminal.</summary>
    /// <param name="command">Name, then arguments.</param>
    /// <param name="variables">Laid over the shell's environment.</param>
    /// <returns>Its exit code; 127: it could not be run.</returns>
    int Run(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? variables = null);

    /// <summary>Our live screen.</summary>
    int Monit(string state);

    /// <summary>Runs one of our own verbs.</summary>
    int Own(string state, IReadOnlyList<string> args);

    /// <summary>Waits until a signal that ends programs comes, or the time is over.</summary>
    /// <param name="time">How long at most.</param>
    /// <returns>True: a signal came.</returns>
    bool WaitForEnd(TimeSpan time);

    /// <summary>Waits until the daemon that was told to end is gone, for ten seconds at most: it answers a moment before that, and flushes its telemetry.</summary>
    /// <param name="state">Its home.</param>
    void WaitForDaemonEnd(string state);
}

/// <summary>What the daemon answered.</summary>
/// <param name="Status">HTTP status; 0: nothing.</param>
/// <param name="Body">The body.</param>
internal readonly record struct DaemonAnswer(int Status, byte[] Body)
{
    /// <summary>It did what was asked.</summary>
    public bool IsOk => Status is >= 200 and < 300;
}
