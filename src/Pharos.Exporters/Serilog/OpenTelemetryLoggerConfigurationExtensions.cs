using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.OpenTelemetry;

namespace Serilog;

/// <summary>Serilog's events over OTLP. Entry points and options are those of Serilog.Sinks.OpenTelemetry 4 (docs/adr/0002): that package can take its place.</summary>
public static class OpenTelemetryLoggerConfigurationExtensions
{
    /// <summary>Sends events in batches.</summary>
    /// <param name="loggerSinkConfiguration">WriteTo.</param>
    /// <param name="configure">Sets options.</param>
    /// <param name="ignoreEnvironment">The OTEL_* variables do not override the options.</param>
    /// <returns>The logger configuration.</returns>
    /// <exception cref="ArgumentException">Endpoint or protocol are not usable.</exception>
    public static LoggerConfiguration OpenTelemetry(
        this LoggerSinkConfiguration loggerSinkConfiguration, Action<BatchedOpenTelemetrySinkOptions> configure, bool ignoreEnvironment = false) =>
        loggerSinkConfiguration.OpenTelemetry(configure, ignoreEnvironment ? null : Environment.GetEnvironmentVariable);

    /// <summary>Sends events in batches, with variables read by <paramref name="getConfigurationVariable"/>.</summary>
    /// <param name="loggerSinkConfiguration">WriteTo.</param>
    /// <param name="configure">Sets options.</param>
    /// <param name="getConfigurationVariable">Value of a variable; null: none are read.</param>
    /// <returns>The logger configuration.</returns>
    /// <exception cref="ArgumentException">Endpoint or protocol are not usable.</exception>
    public static LoggerConfiguration OpenTelemetry(
        this LoggerSinkConfiguration loggerSinkConfiguration, Action<BatchedOpenTelemetrySinkOptions> configure, Func<string, string?>? getConfigurationVariable)
    {
        var options = new BatchedOpenTelemetrySinkOptions();
        configure(options);
        if (getConfigurationVariable is not null)
            EndpointRules.ApplyEnvironment(options, getConfigurationVariable);
        var sink = new BatchedSink(new OtlpEventExporter(options), options.BatchingOptions, TimeProvider.System);
        return loggerSinkConfiguration.Sink(sink, options.RestrictedToMinimumLevel, options.LevelSwitch);
    }

    /// <summary>Sends events in batches.</summary>
    /// <param name="loggerSinkConfiguration">WriteTo.</param>
    /// <param name="endpoint">Base URL.</param>
    /// <param name="protocol">Protocol.</param>
    /// <param name="headers">Headers.</param>
    /// <param name="resourceAttributes">Resource attributes.</param>
    /// <param name="includedData">What goes into a record; null: the default.</param>
    /// <param name="restrictedToMinimumLevel">Lowest level.</param>
    /// <param name="levelSwitch">Lowest level, to be changed while running.</param>
    /// <returns>The logger configuration.</returns>
    /// <exception cref="ArgumentException">Endpoint or protocol are not usable.</exception>
    public static LoggerConfiguration OpenTelemetry(
        this LoggerSinkConfiguration loggerSinkConfiguration,
        string endpoint = "http://localhost:4317",
        OtlpProtocol protocol = OtlpProtocol.Grpc,
        IDictionary<string, string>? headers = null,
        IDictionary<string, object>? resourceAttributes = null,
        IncludedData? includedData = null,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        LoggingLevelSwitch? levelSwitch = null) =>
        loggerSinkConfiguration.OpenTelemetry(options =>
        {
            options.Endpoint = endpoint;
            options.Protocol = protocol;
            options.Headers = headers ?? options.Headers;
            options.ResourceAttributes = resourceAttributes ?? options.ResourceAttributes;
            options.IncludedData = includedData ?? options.IncludedData;
            options.RestrictedToMinimumLevel = restrictedToMinimumLevel;
            options.LevelSwitch = levelSwitch;
        });

    /// <summary>Sends each event before the logging call returns; a failure is thrown there.</summary>
    /// <param name="loggerAuditSinkConfiguration">AuditTo.</param>
    /// <param name="configure">Sets options.</param>
    /// <param name="ignoreEnvironment">The OTEL_* variables do not override the options.</param>
    /// <returns>The logger configuration.</returns>
    /// <exception cref="ArgumentException">Endpoint or protocol are not usable.</exception>
    public static LoggerConfiguration OpenTelemetry(
        this LoggerAuditSinkConfiguration loggerAuditSinkConfiguration, Action<OpenTelemetrySinkOptions> configure, bool ignoreEnvironment = false)
    {
        var options = new OpenTelemetrySinkOptions();
        configure(options);
        if (!ignoreEnvironment)
            EndpointRules.ApplyEnvironment(options, Environment.GetEnvironmentVariable);
        return loggerAuditSinkConfiguration.Sink(new AuditSink(new OtlpEventExporter(options)), options.RestrictedToMinimumLevel, options.LevelSwitch);
    }
}
