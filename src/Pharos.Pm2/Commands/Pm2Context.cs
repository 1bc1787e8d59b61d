using Pharos.Pm2.Home;
using Pharos.Pm2.Host;
using Pharos.Pm2.Line;
using Pharos.Pm2.Processes;

namespace Pharos.Pm2.Commands;

/// <summary>One command being done: its line, where it was typed, and how it speaks.</summary>
internal sealed class Pm2Context
{
    /// <summary>Prefixes as scripts look for them.</summary>
    public const string Prefix = "[PM2] ", Error = "[PM2][ERROR] ", Warning = "[PM2][WARN] ";

    public const int Ok = 0, Failed = 1;

    public Pm2Context(IPm2Host host, Pm2Line line, Pm2Home home)
    {
        (Host, Line, Home) = (host, line, home);
        Silent = line.Has("--silent") || Variable("PM2_SILENT") is { } silent && silent != "false" || Variable("PM2_PROGRAMMATIC") is "true";
        Daemon = new Pm2Daemon(this);
    }

    public IPm2Host Host { get; }

    public Pm2Line Line { get; }

    public Pm2Home Home { get; }

    public Pm2Daemon Daemon { get; }

    /// <summary>Nothing is said but what was asked for.</summary>
    public bool Silent { get; set; }

    /// <summary>Whether what we print has colours. PM2 colours piped output too; that helps nobody.</summary>
    public bool Color => Host.Columns > 0 && !Line.Has("--no-color") && Variable("NO_COLOR") is null;

    /// <summary>A variable of the shell; null when it is unset or empty.</summary>
    public string? Variable(string name) => Host.Variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>A path as seen from where the command was typed.</summary>
    public string Absolute(string path) => Path.GetFullPath(path, Host.Cwd);

    /// <summary>Says something, unless silence was asked for.</summary>
    public void Say(string text)
    {
        if (!Silent)
            Host.Print(text + "\n");
    }

    /// <summary>Says something behind PM2's prefix.</summary>
    public void Tell(string text) => Say(Prefix + text);

    /// <summary>Prints what was asked for, whatever was said about silence.</summary>
    public void Print(string text) => Host.Print(text);

    /// <summary>Warns on stderr.</summary>
    public void Warn(string text)
    {
        if (!Silent)
            Host.PrintError($"{Warning}{text}\n");
    }

    /// <summary>Says on stderr what is wrong.</summary>
    /// <returns>The exit code, for <c>return it.Fail(...)</c>.</returns>
    public int Fail(string text)
    {
        if (!Silent)
            Host.PrintError($"{Error}{text}\n");
        return Failed;
    }
}
