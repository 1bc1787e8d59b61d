using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pharos.TestKit.Stack;

/// <summary>One real server of the stack: can be stopped, killed and started again while a test runs.</summary>
public sealed partial class StackServer : IAsyncDisposable
{
    private const int LinesKept = 200;
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60); // half a second when the machine is quiet
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(15);

    private readonly ProcessStartInfo _command;
    private readonly Uri _ready;
    private readonly HttpClient _http;
    private readonly Queue<string> _output = new(); // guarded by itself: two readers of the pipes and the test
    private Process? _process;

    internal StackServer(string name, ProcessStartInfo command, Uri ready, HttpClient http)
    {
        Name = name;
        _command = command;
        _command.UseShellExecute = false;
        _command.RedirectStandardOutput = true;
        _command.RedirectStandardError = true;
        _command.RedirectStandardInput = true;
        _ready = ready;
        _http = http;
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
    }

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>Whether the process is there.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The last lines the server wrote, standard output and error mixed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return $"---- {Name} wrote ({_output.Count} lines):\n{string.Join('\n', _output)}";
            }
        }
    }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    /// <exception cref="InvalidOperationException">It exited instead; the message has its output.</exception>
    /// <exception cref="EventuallyTimedOutException">It did not get ready in time; the message has its output.</exception>
    public async Task StartAsync()
    {
        if (IsRunning)
        {
            return;
        }

        _process?.Dispose();
        var process = new Process { StartInfo = _command };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await Eventually.True(async () => process.HasExited || await IsReady(), $"{Name} is ready", StartDeadline, () => Output);
        if (process.HasExited)
        {
            await process.WaitForExitAsync(); // until its output is read to the end
            throw new InvalidOperationException($"{Name} exited with {process.ExitCode} instead of getting ready.\n{Output}");
        }
    }

    /// <summary>SIGTERM, so that queues are drained; SIGKILL when that does not end it.</summary>
    public async Task StopAsync()
    {
        if (_process is not { HasExited: false } process)
        {
            return;
        }

        _ = Kill(process.Id, SigTerm); // gone already: the wait below sees it
        using var deadline = new CancellationTokenSource(StopDeadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    /// <summary>SIGKILL, the way a server dies in an outage.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false } process)
        {
            _ = Kill(process.Id, SigKill);
            await process.WaitForExitAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        _process?.Dispose();
        _process = null;
    }

    private void KillAtExit(object? sender, EventArgs e)
    {
        if (_process is { HasExited: false } process)
        {
            _ = Kill(process.Id, SigKill);
        }
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Enqueue(e.Data);
            if (_output.Count > LinesKept)
            {
                _output.Dequeue();
            }
        }
    }

    private async Task<bool> IsReady()
    {
        using var answer = await _http.GetAsync(_ready);
        return answer.IsSuccessStatusCode;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
