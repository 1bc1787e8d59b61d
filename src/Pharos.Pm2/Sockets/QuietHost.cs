using Pharos.Pm2.Host;

namespace Pharos.Pm2.Sockets;

/// <summary>The host of a command that nobody typed: it has an environment and a folder, and says nothing.</summary>
internal sealed class QuietHost(IReadOnlyDictionary<string, string> variables) : IPm2Host
{
    public IReadOnlyDictionary<string, string> Variables => variables;

    public string Cwd => "/";

    public int Columns => 0;

    public string Executable => Environment.ProcessPath ?? "pharos";

    public void Print(string text)
    {
        // Nobody reads it.
    }

    public void PrintError(string text)
    {
        // What is wrong comes back as a value.
    }

    public string ReadInput() => "";

    public DaemonAnswer Send(string state, string method, string path, byte[]? body = null) => throw new NotSupportedException("the sockets ask the control API themselves");

    public int Follow(string state, string path, string accept, Func<string, bool> line) => throw new NotSupportedException("the sockets ask the control API themselves");

    public string? StartDaemon(string state, string pm2Home) => throw new NotSupportedException("this is the daemon");

    public (int ExitCode, string Said) Capture(IReadOnlyList<string> command) => throw new NotSupportedException("nothing is run from here");

    public int Run(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? variables = null) => throw new NotSupportedException("nothing is run from here");

    public int Monit(string state) => throw new NotSupportedException("there is no terminal");

    public int Own(string state, IReadOnlyList<string> args) => throw new NotSupportedException("nothing is run from here");

    public bool WaitForEnd(TimeSpan time) => false;

    public void WaitForDaemonEnd(string state) => throw new NotSupportedException("this is the daemon");
}
