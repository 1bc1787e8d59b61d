using System.Diagnostics;
using System.Text;
using Pharos.Core.Lifecycle;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Instances;
using Pharos.Telemetry.Records;
using A = Pharos.Telemetry.Catalogue.AttributeNames;

namespace Pharos.Supervisor.Actors;

/// <summary>Makes the events of one instance: log records with an EventName on the instance's resource, and a line in the daemon's log.</summary>
internal sealed class InstanceReporter(ActorServices services, InstanceTelemetry telemetry)
{
    public void Started(InstanceSnapshot it, ActivityContext context) => Emit(it, EventNames.Started, Severity.Info,
        $"{it.Key} started, pid {it.Process?.Pid}", context, (A.RestartCount, telemetry.Restarts.Sum()));

    public void Ready(InstanceSnapshot it, ActivityContext context) => Emit(it, EventNames.Ready, Severity.Info, $"{it.Key} is ready", context);

    public void Unready(InstanceSnapshot it, string why, ActivityContext context) => Emit(it, EventNames.Unready, Severity.Warn, $"{it.Key} is not ready: {why}", context, (A.ProbeMessage, why));

    public void Adopted(InstanceSnapshot it, ActivityContext context) => Emit(it, EventNames.Adopted, Severity.Info, $"{it.Key} adopted, pid {it.Process?.Pid}", context);

    public void RestartScheduled(InstanceSnapshot it, RestartReason reason, string? cause, TimeSpan delay, ActivityContext context)
    {
        List<(string, object)> more = [(A.RestartReason, Words.Of(reason)), (A.BackoffDelay, delay.TotalSeconds)];
        if (cause is not null)
            more.Add((A.RestartCause, cause));
        Emit(it, EventNames.RestartScheduled, Severity.Info,
            $"{it.Key} restarts in {delay.TotalSeconds:0.###} s, reason {Words.Of(reason)}{(cause is null ? "" : $" ({cause})")}", context, [.. more]);
    }

    public void GaveUp(InstanceSnapshot it, FailureReason reason, string? error, ActivityContext context) => Emit(it, EventNames.GaveUp, Severity.Error,
        error is null ? $"{it.Key} was given up: {Words.Of(reason)}" : $"{it.Key} was given up: {error}", context, (A.FailureReason, Words.Of(reason)));

    public void Exited(InstanceSnapshot it, int incarnation, int pid, ExitRecord exit, ActivityContext context)
    {
        List<(string, object)> attributes =
        [
            (A.ExitReason, Words.Of(exit.Reason)), (A.ExitUptime, exit.Uptime.TotalSeconds), (A.ProcessPid, (long)pid),
            (A.InstanceIncarnation, (long)incarnation), (A.ExitLastLines, exit.LastLines.ToArray()),
        ];
        if (exit.Status.Code is { } code)
            attributes.Add((A.ProcessExitCode, (long)code));
        if (exit.Status.Signal is { } signal)
            attributes.AddRange([(A.ExitSignal, (long)signal), (A.ExitSignalName, SignalNames.Of(signal))]);
        var asked = exit.Reason is ExitReason.StopRequested or ExitReason.Success;
        Write(EventNames.Exited, asked ? Severity.Info : Severity.Error, Describe(it, exit), context, attributes, exit.At);
        services.Events.Publish(EventNames.Exited, it, exit.At);
    }

    /// <summary>An error that the app reported of itself.</summary>
    public void Threw(InstanceSnapshot it, int incarnation, Core.Ports.RuntimeWord.Threw error)
    {
        List<(string, object)> attributes =
        [
            (A.ExceptionType, error.Type), (A.ExceptionMessage, error.Text), (A.ExceptionStacktrace, error.Stack), (A.InstanceIncarnation, (long)incarnation),
        ];
        if (it.Process is { } process)
            attributes.Add((A.ProcessPid, (long)process.Pid));
        Write(EventNames.Exception, Severity.Error, $"{it.Key} reported {error.Type}: {error.Text}", default, attributes, services.Time.GetUtcNow());
    }

    public void Other(InstanceSnapshot it) => services.Events.Publish("pharos.instance.state", it, services.Time.GetUtcNow());

    private static string Describe(InstanceSnapshot it, ExitRecord exit) => exit.Status switch
    {
        { Signal: { } signal } => $"{it.Key} ended by {SignalNames.Of(signal)} after {exit.Uptime.TotalSeconds:0.###} s, reason {Words.Of(exit.Reason)}",
        { Code: { } code } => $"{it.Key} exited with code {code} after {exit.Uptime.TotalSeconds:0.###} s, reason {Words.Of(exit.Reason)}",
        _ => $"{it.Key} ended after {exit.Uptime.TotalSeconds:0.###} s, reason {Words.Of(exit.Reason)}",
    };

    private void Emit(InstanceSnapshot it, string name, int severity, string body, ActivityContext context, params ReadOnlySpan<(string, object)> more)
    {
        List<(string, object)> attributes = [(A.InstanceIncarnation, (long)it.State.Incarnation), .. more];
        if (it.Process is { } process)
            attributes.Add((A.ProcessPid, (long)process.Pid));
        if (it.StartedAt is { } at)
            attributes.Add((A.ProcessCreationTime, at.ToString("yyyy-MM-ddTHH:mm:ss.fffZ")));
        var now = services.Time.GetUtcNow();
        Write(name, severity, body, context, attributes, now);
        services.Events.Publish(name, it, now);
    }

    private void Write(string name, int severity, string body, ActivityContext context, List<(string, object)> attributes, DateTimeOffset at)
    {
        services.Say(body);
        if (services.Sink is not { Wants: true })
            return;
        var record = new LogRecord
        {
            Resource = telemetry.Resource,
            TimeUnixNanos = UnixNanos(at),
            ObservedUnixNanos = UnixNanos(services.Time.GetUtcNow()),
            SeverityNumber = severity,
            EventName = name,
            Body = Encoding.UTF8.GetBytes(body),
            TraceId = context == default ? default : Convert.FromHexString(context.TraceId.ToHexString()),
            SpanId = context == default ? default : Convert.FromHexString(context.SpanId.ToHexString()),
            Attributes = attributes,
        };
        if (!services.Sink.TryWrite(record))
            telemetry.LogDropped("queue_full");
    }

    public static long UnixNanos(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;
}
