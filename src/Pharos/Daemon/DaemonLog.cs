using Pharos.Exporters.Settings;
using Pharos.Telemetry.Records;
using Serilog;
using Serilog.Core;

namespace Pharos.Daemon;

/// <summary>The daemon's own log: a file that rolls at 10 MB, five of them kept, and OTLP when there is a destination. Apps' output never comes here.</summary>
internal sealed class DaemonLog : IDisposable
{
    private const long RollAtBytes = 10 * 1024 * 1024;
    private const int Kept = 5;
    private readonly Logger _log;
    private readonly bool _toTerminal = !Console.IsErrorRedirected;

    public DaemonLog(string path, OtlpSettings otlp, TelemetryResource own)
    {
        var configuration = new LoggerConfiguration()
            .WriteTo.File(path, outputTemplate: "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:lj}{NewLine}{Exception}",
                fileSizeLimitBytes: RollAtBytes, rollOnFileSizeLimit: true, retainedFileCountLimit: Kept, shared: false);
        if (otlp.Logs is { } destination)
        {
            configuration.WriteTo.OpenTelemetry(
                options =>
                {
                    options.LogsDestination = destination;
                    options.ResourceAttributes = own.Attributes.ToDictionary(a => a.Key, a => a.Value);
                },
                ignoreEnvironment: true);
        }

        _log = configuration.CreateLogger();
    }

    /// <summary>One line.</summary>
    public void Say(string line)
    {
        if (line.StartsWith("BUG", StringComparison.Ordinal))
            _log.Error("{Line}", line);
        else
            _log.Information("{Line}", line);
        if (_toTerminal)
            Console.Error.WriteLine(line);
    }

    public void Dispose() => _log.Dispose();
}
