using System.Text;
using System.Text.RegularExpressions;
using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;
using Pharos.Telemetry.Instances;

namespace Pharos.Supervisor.Probes;

/// <summary>Asks one instance whether it is ready and alive, incarnation after incarnation, and posts what it learns to the instance's actor.</summary>
internal sealed class InstanceProber : IDisposable
{
    private readonly ActorServices _services;
    private readonly AppSpec _spec;
    private readonly InstanceTelemetry _telemetry;
    private readonly Action<InstanceEvent> _post;
    private readonly Func<string, string> _mask;
    private readonly AppConversation? _conversation;
    private readonly Regex? _line;
    private readonly object _lock = new(); // guards the fields below: actor, log pump, notify thread
    private CancellationTokenSource? _asking;
    private int _incarnation;
    private bool _begun;
    private bool _saidReady;
    private bool _earlier;

    /// <param name="services">What every actor works with.</param>
    /// <param name="spec">The app.</param>
    /// <param name="name">Name of the notify socket.</param>
    /// <param name="telemetry">Where durations go.</param>
    /// <param name="post">The actor's inbox.</param>
    /// <param name="mask">Takes secrets out of a text.</param>
    public InstanceProber(ActorServices services, AppSpec spec, string name, InstanceTelemetry telemetry, Action<InstanceEvent> post, Func<string, string> mask)
    {
        _services = services;
        _spec = spec;
        _telemetry = telemetry;
        _post = post;
        _mask = mask;
        if (spec.Ready is { Kind: ProbeKind.Log } probe)
            _line = new Regex(probe.Target, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        if (spec.Ready?.Kind == ProbeKind.Notify || spec.Live?.Kind == ProbeKind.Notify)
            _conversation = new AppConversation(services, spec, name, said => Said(said), mask, Post);
    }

    /// <summary>NOTIFY_SOCKET and WATCHDOG_USEC, where the app is to speak for itself.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables => _conversation?.Variables ?? [];

    /// <summary>Whether somebody looks at each line of output.</summary>
    public bool ReadsLines => _line is not null;

    /// <summary>A process is about to be made: from now on what is said is said by it.</summary>
    /// <param name="incarnation">Its number.</param>
    /// <param name="earlier">An earlier daemon made it.</param>
    public void Expect(int incarnation, bool earlier = false)
    {
        lock (_lock)
        {
            Stop();
            _incarnation = incarnation;
            _begun = false;
            _saidReady = false;
            _earlier = earlier;
        }
    }

    /// <summary>The process is there: begin to ask.</summary>
    /// <param name="incarnation">Which.</param>
    /// <param name="env">Its environment.</param>
    /// <param name="age">How long it has lived.</param>
    /// <param name="known">What is known of it already; null: it is new.</param>
    public void Begin(int incarnation, IReadOnlyDictionary<string, string> env, TimeSpan age, Readiness? known)
    {
        if (_spec.Ready is null && _spec.Live is null)
            return;
        CancellationToken cancel;
        bool saidReady, earlier;
        lock (_lock)
        {
            Stop();
            _asking = new CancellationTokenSource();
            cancel = _asking.Token;
            _incarnation = incarnation;
            _begun = true;
            saidReady = _saidReady;
            earlier = _earlier;
        }

        if (saidReady && known != Readiness.Ready)
            _post(new InstanceEvent.BecameReady(incarnation));
        else if (earlier && known is null or Readiness.NotReady && _spec.Ready?.Kind == ProbeKind.Notify)
            _post(new InstanceEvent.BecameReady(incarnation)); // it may have said so while no daemon listened, and says it only once
        if (_spec.Ready is { } ready && CheckOf(ready, env) is { } first)
            Run(() => AskAsync(ready, first, incarnation, age, known, (post, why) => post(why is null ? new InstanceEvent.BecameReady(incarnation) : new InstanceEvent.BecameUnready(incarnation, why)), cancel));
        if (_spec.Live is not { } live)
            return;
        if (live.Kind == ProbeKind.Notify)
            Run(() => _conversation!.WatchAsync(incarnation, known is null, cancel));
        else if (CheckOf(live, env) is { } second)
            Run(() => AskAsync(live, second, incarnation, age, known, (post, why) => TellDead(post, incarnation, why), cancel));
    }

    /// <summary>The process said over its channel that it can do its work.</summary>
    public void SaidReady(int incarnation)
    {
        lock (_lock)
        {
            if (incarnation != _incarnation || _spec.Ready?.Kind != ProbeKind.Ipc)
                return;
        }

        Said("READY=1");
    }

    /// <summary>Asks no more: the process goes, or is gone.</summary>
    public void End()
    {
        lock (_lock)
            Stop();
    }

    /// <summary>A line of output of an incarnation. On the log pump's thread.</summary>
    public void SeeLine(int incarnation, ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            if (_line is null || _saidReady || incarnation != _incarnation)
                return;
        }

        if (_line.IsMatch(Encoding.UTF8.GetString(line)))
            Said("READY=1");
    }

    public void Dispose()
    {
        End();
        _conversation?.Dispose();
    }

    private static void TellDead(Action<InstanceEvent> post, int incarnation, string? why)
    {
        if (why is not null)
            post(new InstanceEvent.LivenessFailed(incarnation, why));
    }

    private void Stop()
    {
        _asking?.Cancel();
        _asking?.Dispose();
        _asking = null;
    }

    /// <summary>The app said so itself: by its socket, or by a line. It may say so before anybody was told that its process is there.</summary>
    private void Said(string what)
    {
        int incarnation;
        lock (_lock)
        {
            incarnation = _incarnation;
            _saidReady |= what == "READY=1";
            if (!_begun)
                return;
        }

        if (_spec.Ready?.Kind is ProbeKind.Notify or ProbeKind.Log or ProbeKind.Ipc)
            _post(what == "READY=1" ? new InstanceEvent.BecameReady(incarnation) : new InstanceEvent.BecameUnready(incarnation, $"it said {what}"));
    }

    private void Post(Func<int, InstanceEvent> make)
    {
        lock (_lock)
        {
            if (!_begun)
                return;
        }

        _post(make(_incarnation));
    }

    private IProbeCheck? CheckOf(ProbeSpec probe, IReadOnlyDictionary<string, string> env) => probe.Kind switch
    {
        ProbeKind.Http => Uri.TryCreate(VariableText.Fill(probe.Target, env), UriKind.Absolute, out var url) ? new HttpCheck(probe, url) : new BadAddress("its address is none with the variables of this instance"),
        ProbeKind.Tcp => new TcpCheck(VariableText.Fill(probe.Target, env)),
        ProbeKind.Exec => new ExecCheck(_services.Commands, new CommandRequest
        {
            Command = probe.Target,
            Cwd = _spec.Cwd,
            Env = env,
            User = _spec.User,
            Group = _spec.Group,
            Timeout = probe.Timeout,
        }),
        _ => null,
    };

    private void Run(Func<Task> loop) => _ = Task.Run(async () =>
    {
        try
        {
            await loop();
        }
        catch (OperationCanceledException)
        {
            // The process goes, or the daemon does.
        }
        catch (Exception e)
        {
            _services.Say($"BUG: a probe of {_spec.Name} died: {e}");
        }
    });

    private async Task AskAsync(ProbeSpec probe, IProbeCheck check, int incarnation, TimeSpan age, Readiness? known, Action<Action<InstanceEvent>, string?> tell, CancellationToken cancel)
    {
        var began = _services.Time.GetTimestamp();
        var tally = new ProbeTally { Spec = probe, WasGood = known is Readiness.Ready or Readiness.Unready };
        bool? told = known switch { Readiness.Ready => true, Readiness.Unready => false, _ => null };
        while (true)
        {
            var asked = _services.Time.GetTimestamp();
            var answer = await OneAsync(probe, check, cancel);
            _telemetry.Probed(probe.Kind, answer.Good, _services.Time.GetElapsedTime(asked).TotalSeconds);
            (tally, var verdict) = tally.Take(answer.Good, age + _services.Time.GetElapsedTime(began));
            if (verdict is { } news && news != told)
            {
                told = news;
                tell(_post, news ? null : _mask($"{answer.Why}{(probe.Failures > 1 ? $", {probe.Failures} times in a row" : "")}"));
            }

            await Task.Delay(tally.Wait, _services.Time, cancel);
        }
    }

    private async Task<ProbeAnswer> OneAsync(ProbeSpec probe, IProbeCheck check, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(probe.Timeout, _services.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            return await check.AskAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return ProbeAnswer.No($"no answer within {probe.Timeout.TotalSeconds:0.###} s");
        }
    }

    private sealed class BadAddress(string why) : IProbeCheck
    {
        public Task<ProbeAnswer> AskAsync(CancellationToken cancel) => Task.FromResult(ProbeAnswer.No(why));
    }
}
