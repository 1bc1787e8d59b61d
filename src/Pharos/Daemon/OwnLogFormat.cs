using System.Globalization;
using System.Text.Json;
using Pharos.Core.Specs.Logs;
using Serilog.Events;
using Serilog.Formatting;

namespace Pharos.Daemon;

/// <summary>A line of the daemon's own log in one of the formats of LOGGER_FORMAT.</summary>
/// <param name="format">Which; raw is the usual one.</param>
internal sealed class OwnLogFormat(LogFormat format) : ITextFormatter
{
    /// <inheritdoc/>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        // Serilog would put the text in quotes, and its quotes after backslashes.
        var message = logEvent.Properties.TryGetValue("Line", out var line) && line is ScalarValue { Value: string text } ? text : logEvent.RenderMessage(CultureInfo.InvariantCulture);
        if (logEvent.Exception is { } exception)
            message += " " + exception;
        message = message.ReplaceLineEndings(" ");
        var time = logEvent.Timestamp.ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
        var level = Level(logEvent.Level);
        output.WriteLine(format switch
        {
            LogFormat.Json => $"{{\"level\":\"{level}\",\"message\":\"{JsonEncodedText.Encode(message)}\",\"timestamp\":\"{time}\"}}",
            LogFormat.Logfmt => $"level={level} message=\"{message.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\" timestamp={time}",
            LogFormat.Delimiter => $"{level}|{(message.Contains('|') ? $"\"{message.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : message)}|{time}",
            LogFormat.Console => $"{time} {$"[{level}]",-7} {message}",
            LogFormat.Raw => $"{time} {Short(logEvent.Level)} {message}",
        });
    }

    /// <summary>From the words of the variables to Serilog's.</summary>
    public static LogEventLevel Least(LogLevel? level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        null or LogLevel.Info => LogEventLevel.Information,
        LogLevel.Warn => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        LogLevel.Fatal => LogEventLevel.Fatal,
    };

    private static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "trace",
        LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info",
        LogEventLevel.Warning => "warn",
        LogEventLevel.Error => "error",
        LogEventLevel.Fatal => "fatal",
    };

    private static string Short(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "VRB",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        LogEventLevel.Fatal => "FTL",
    };
}
