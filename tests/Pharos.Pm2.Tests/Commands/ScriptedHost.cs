using System.Text;
using System.Text.Json;
using Pharos.Contracts;
using Pharos.Pm2.Host;

namespace Pharos.Pm2.Tests.Commands;

/// <summary>A process around the face that answers with what the test wants: no daemon, no terminal.</summary>
internal sealed class ScriptedHost(string cwd) : IPm2Host
{
    private readonly StringBuilder _out = new(), _err = new();

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal) { ["HOME"] = cwd, ["PATH"] = "/usr/local/bin:/usr/bin:/bin", ["USER"] = "tester" };

    public IReadOnlyDictionary<string, string> Variables => Environment;

    public string Cwd => cwd;

    public int Columns { get; set; }

    public string Executable => "/opt/pharos/pharos";

    /// <summary>What the daemon has; null: there is none, and none can be started.</summary>
    public List<AppView>? Apps { get; set; } = [];

    /// <summary>Requests that were made, but for questions.</summary>
    public List<string> Orders { get; } = [];

    /// <summary>Bodies of those.</summary>
    public List<string> Bodies { get; } = [];

    public string Input { get; set; } = "";

    public string Out => _out.ToString().Replace(cwd, "CWD");

    public string Err => _err.ToString().Replace(cwd, "CWD");

    public void Print(string text) => _out.Append(text);

    public void PrintError(string text) => _err.Append(text);

    public string ReadInput() => Input;

    public DaemonAnswer Send(string state, string method, string path, byte[]? body = null)
    {
        if (Apps is null)
            return default;
        if (method != "GET")
        {
            Orders.Add($"{method} {path}");
            Bodies.Add(body is null ? "" : Encoding.UTF8.GetString(body));
        }

        if (path.StartsWith("/v1/apps/all", StringComparison.Ordinal) && method == "GET")
            return new(200, JsonSerializer.SerializeToUtf8Bytes([.. Apps], ContractsJson.Default.AppViewArray));
        if (path == "/v1/shutdown")
            Apps = null;
        return path == "/v1/daemon" ? new(200, """{"version":"0.1.0","pid":1,"startedAt":"2026-01-01T00:00:00Z","home":"/h"}"""u8.ToArray()) : new(200, "[]"u8.ToArray());
    }

    public int Follow(string state, string path, string accept, Func<string, bool> line) => 200;

    public string? StartDaemon(string state, string pm2Home) => Apps is null ? "no daemon in this test" : null;

    public (int ExitCode, string Said) Capture(IReadOnlyList<string> command) => (127, "");

    public int Run(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? variables = null) => 127;

    public int Monit(string state) => 0;

    public int Own(string state, IReadOnlyList<string> args) => 0;

    public bool WaitForEnd(TimeSpan time) => false;

    public void WaitForDaemonEnd(string state)
    {
        // It is scripted to be gone.
    }
}
