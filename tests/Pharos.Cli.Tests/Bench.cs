using System.Text;
using Microsoft.Win32.SafeHandles;
using Pharos.Client;
using Pharos.Client.Boot;

namespace Pharos.Cli.Tests;

/// <summary>A home of its own, and a shell whose stdout and stderr are files that can be read back.</summary>
internal sealed class Bench : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pharos-cli-");
    private readonly SafeFileHandle _output, _error;

    public Bench(params (string Name, string Value)[] variables)
    {
        _output = File.OpenHandle(Path.Combine(_folder.FullName, "stdout"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        _error = File.OpenHandle(Path.Combine(_folder.FullName, "stderr"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        Cwd = Directory.CreateDirectory(Path.Combine(_folder.FullName, "cwd")).FullName;
        Home = new(Directory.CreateDirectory(Path.Combine(_folder.FullName, "home")).FullName);
        var all = new Dictionary<string, string> { ["PHAROS_HOME"] = Home.Path, ["PATH"] = "/usr/bin" };
        foreach (var (name, value) in variables)
        {
            all[name] = value;
        }

        Shell = new()
        {
            Variables = all,
            Cwd = Cwd,
            Output = (int)_output.DangerousGetHandle(),
            Error = (int)_error.DangerousGetHandle(),
        };
    }

    public Shell Shell { get; }

    public PharosHome Home { get; }

    public string Cwd { get; }

    public string Out => Read("stdout");

    public string Err => Read("stderr");

    public int Run(params string[] args) => Pharos.Client.Cli.Run(args, Shell);

    public ScriptedServer Serve(string answer) => new(Home.Socket, answer);

    public ScriptedServer Serve(Func<SeenRequest, IEnumerable<byte[]>> answer) => new(Home.Socket, answer);

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Read(string name)
    {
        using var file = new FileStream(Path.Combine(_folder.FullName, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
