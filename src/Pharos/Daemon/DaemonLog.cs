using Pharos.Core.Specs.Logs;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Pharos.Daemon;

/// <summary>The daemon's own log: a file that rolls at 10 MB, five of them kept, unless LOGGER_* say otherwise; and OTLP when there is a destination.
/// Apps' output never comes here.</summary>
internal sealed class DaemonLog : IDisposable
{
    private const long RollAtBytes = 10 * 1024 * 1024;
    private const int Kept = 5;
    private const string Here = "StaysHere";
    private readonly Logger _log;
    private readonly bool _toTerminal;

    /// <param name="path">The file.</param>
    /// <param name="variables">What the environment of the daemon says about it.</param>
    /// <param name="destinations">Sends it.</param>
    public DaemonLog(string path, LoggerVariables variables, ILogEventSink destinations)
    {
        var format = new OwnLogFormat(variables.Format ?? LogFormat.Raw);
        var least = OwnLogFormat.Least(variables.Level);
        _toTerminal = variables is { Console: null, Format: null } && !Console.IsErrorRedirected;
        var configuration = new LoggerConfiguration().MinimumLevel.Verbose();
        if (variables.File ?? true)
            File(configuration, path, format, variables, least);
        if (variables.File == true)
            File(configuration, Path.ChangeExtension(path, null) + "-errors" + Path.GetExtension(path), format, variables, LogEventLevel.Error);
        if (variables.Console ?? (variables.Format is not null && !Console.IsErrorRedirected))
            configuration.WriteTo.Sink(new OwnLogConsole(format), least);
        configuration.WriteTo.Logger(sent => sent.Filter.ByExcluding(e => e.Properties.ContainsKey(Here)).WriteTo.Sink(destinations));
        _log = configuration.CreateLogger();
    }

    /// <summary>One line about sending telemetry: into the file only. What fails to be sent would otherwise be sent as well, and fail.</summary>
    public void SayHere(string line) => Write(_log.ForContext(Here, true), line);

    /// <summary>Is shown each line as well; null: nobody.</summary>
    public Action<string>? Also { get; set; }

    /// <summary>One line.</summary>
    public void Say(string line)
    {
        Write(_log, line);
        Also?.Invoke(line);
    }

    private void Write(ILogger log, string line)
    {
        if (line.StartsWith("BUG", StringComparison.Ordinal))
            log.Error("{Line}", line);
        else
            log.Information("{Line}", line);
        if (_toTerminal)
            Console.Error.WriteLine(line);
    }

    private static void File(LoggerConfiguration configuration, string path, OwnLogFormat format, LoggerVariables variables, LogEventLevel least) =>
        configuration.WriteTo.File(
            format, path, least,
            fileSizeLimitBytes: variables.MaxSizeBytes ?? RollAtBytes,
            rollOnFileSizeLimit: true,
            rollingInterval: variables.Daily ? RollingInterval.Day : RollingInterval.Infinite,
            retainedFileCountLimit: variables.MaxFiles ?? (variables.MaxAge is null ? Kept : null),
            retainedFileTimeLimit: variables.MaxAge,
            shared: false);

    public void Dispose() => _log.Dispose();
}

/// <summary>The log on stderr.</summary>
/// <param name="format">How a line looks.</param>
internal sealed class OwnLogConsole(OwnLogFormat format) : ILogEventSink
{
    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        using var line = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        format.Format(logEvent, line);
        Console.Error.Write(line.ToString());
    }
}
