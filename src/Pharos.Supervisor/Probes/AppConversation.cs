using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Probes;

/// <summary>What an app says of itself by the protocol of sd_notify(3): READY, RELOADING, STOPPING, STATUS and WATCHDOG. The rest is passed over.</summary>
internal sealed class AppConversation : IDisposable
{
    private const int LongestStatus = 200;

    private readonly ActorServices _services;
    private readonly ProbeSpec? _live;
    private readonly Action<string> _said;
    private readonly Func<string, string> _mask;
    private readonly Action<Func<int, InstanceEvent>> _post;
    private readonly INotifySocket? _socket;
    private long _pingedAt;
    private long _periodTicks;
    private bool _pinged;

    /// <param name="services">What every actor works with.</param>
    /// <param name="spec">The app.</param>
    /// <param name="name">Name of the socket.</param>
    /// <param name="said">Takes READY=1, RELOADING=1 and STOPPING=1.</param>
    /// <param name="mask">Takes secrets out of a text.</param>
    /// <param name="post">Posts an event of the current incarnation.</param>
    public AppConversation(ActorServices services, AppSpec spec, string name, Action<string> said, Func<string, string> mask, Action<Func<int, InstanceEvent>> post)
    {
        _services = services;
        _live = spec.Live is { Kind: ProbeKind.Notify } live ? live : null;
        _said = said;
        _mask = mask;
        _post = post;
        _periodTicks = (_live?.Interval ?? TimeSpan.Zero).Ticks;
        _socket = services.Notify.Open(name, spec.User, Take, out var refused);
        if (_socket is null)
            services.Say($"cannot listen to what {spec.Name} says of itself, so it never gets ready: {refused}");
    }

    /// <summary>What the app is told.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables => _socket is null ? []
        : _live is null ? [new("NOTIFY_SOCKET", _socket.Address)]
        : [new("NOTIFY_SOCKET", _socket.Address), new("WATCHDOG_USEC", ((long)_live.Interval.TotalMicroseconds).ToString())];

    /// <summary>Waits for the moment when the app has been silent for too long.</summary>
    /// <param name="incarnation">Which.</param>
    /// <param name="isNew">It has only begun: the first word has the start period.</param>
    /// <param name="cancel">It goes.</param>
    public async Task WatchAsync(int incarnation, bool isNew, CancellationToken cancel)
    {
        var began = _services.Time.GetTimestamp();
        Volatile.Write(ref _pinged, false);
        Volatile.Write(ref _periodTicks, _live!.Interval.Ticks);
        while (true)
        {
            var pinged = Volatile.Read(ref _pinged);
            var period = TimeSpan.FromTicks(Volatile.Read(ref _periodTicks));
            var allowed = pinged || !isNew || period > _live.StartPeriod ? period : _live.StartPeriod;
            var silent = _services.Time.GetElapsedTime(pinged ? Volatile.Read(ref _pingedAt) : began);
            if (silent >= allowed)
            {
                _post(_ => new InstanceEvent.LivenessFailed(incarnation, $"no WATCHDOG=1 within {allowed.TotalSeconds:0.###} s"));
                return;
            }

            await Task.Delay(allowed - silent + TimeSpan.FromMilliseconds(1), _services.Time, cancel); // Task.Delay cuts to whole milliseconds
        }
    }

    public void Dispose() => _socket?.Dispose();

    private void Take(string message)
    {
        foreach (var line in message.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (line)
            {
                case "READY=1" or "RELOADING=1" or "STOPPING=1":
                    _said(line);
                    break;
                case "WATCHDOG=1":
                    Volatile.Write(ref _pingedAt, _services.Time.GetTimestamp());
                    Volatile.Write(ref _pinged, true);
                    break;
                case "WATCHDOG=trigger" when _live is not null:
                    _post(incarnation => new InstanceEvent.LivenessFailed(incarnation, "it said WATCHDOG=trigger"));
                    break;
                case var _ when line.StartsWith("WATCHDOG_USEC=", StringComparison.Ordinal):
                    if (long.TryParse(line["WATCHDOG_USEC=".Length..], out var microseconds) && microseconds > 0 && microseconds < TimeSpan.MaxValue.TotalMicroseconds)
                        Volatile.Write(ref _periodTicks, TimeSpan.FromMicroseconds(microseconds).Ticks);
                    break;
                case var _ when line.StartsWith("STATUS=", StringComparison.Ordinal):
                    var status = _mask(line["STATUS=".Length..]);
                    _post(incarnation => new InstanceEvent.StatusSaid(incarnation, status.Length > LongestStatus ? status[..LongestStatus] + "…" : status));
                    break;
            }
        }
    }
}
