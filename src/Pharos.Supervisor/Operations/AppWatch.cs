using Pharos.Core.Lifecycle;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Operations;

/// <summary>The files of one app: gathers a burst of changes until it is quiet, then restarts what runs of the app, one instance after the other.</summary>
/// <remarks>A person's word stands above it: what is stopped stays stopped. Changes during the restarts lead to one more round after them. An app that
/// writes into its own folder restarts itself for ever that way; after a few rounds a line says which file to ignore.</remarks>
internal sealed class AppWatch : IDisposable
{
    private const int RoundsUntilHint = 5;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3); // a change this early after a restart is the app's own, as a rule
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private readonly string _name;
    private readonly AppSpec _spec;
    private readonly Func<App?> _app;
    private readonly ActorServices _services;
    private readonly CancellationTokenSource _over = new();
    private readonly object _lock = new(); // guards all below
    private readonly ITimer _quiet;
    private readonly IDisposable _files;
    private HashSet<string> _changed = new(StringComparer.Ordinal);
    private string? _first;
    private bool _restarting;
    private bool _due;
    private int _roundsInARow;
    private long? _restartedAt;

    /// <param name="first">The app as it is when watching begins.</param>
    /// <param name="app">The app as it is at any time; null when it is gone.</param>
    /// <param name="services">Clock, log and watcher.</param>
    public AppWatch(App first, Func<App?> app, ActorServices services)
    {
        (_name, _spec, _app, _services) = (first.Spec.Name, first.Spec, app, services);
        _quiet = services.Time.CreateTimer(_ => Quiet(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var ignore = new WatchIgnore(first, services.Options);
        _files = services.Files!.Watch(new FileWatchOrder
        {
            Paths = [.. _spec.Watch!.Paths],
            IsIgnored = ignore.Covers,
            Changed = Changed,
            Lost = line => services.Say($"{_name} is not watched: {line}"),
        });
    }

    /// <summary>Whether it watches what an app wants watched by now.</summary>
    public bool IsFor(AppSpec spec) => spec.Watch == _spec.Watch && spec.OutFile == _spec.OutFile && spec.ErrFile == _spec.ErrFile;

    public void Dispose()
    {
        _over.Cancel();
        _files.Dispose();
        _quiet.Dispose();
    }

    private void Changed(WatchedFile file)
    {
        lock (_lock)
        {
            if (_over.IsCancellationRequested)
                return;
            var path = file.Path.Length == 0 ? file.Root : file.Path;
            if (_first is null)
            {
                _first = path;
                _roundsInARow = _restartedAt is { } at && _services.Time.GetElapsedTime(at) < Soon ? _roundsInARow + 1 : 0;
            }

            _changed.Add(path);
            _quiet.Change(_spec.Watch!.Delay, Timeout.InfiniteTimeSpan);
        }
    }

    private void Quiet()
    {
        lock (_lock)
        {
            if (_restarting)
            {
                _due = true;
                return;
            }

            _restarting = true;
        }

        _ = Task.Run(RestartAsync);
    }

    private async Task RestartAsync()
    {
        do
        {
            var (first, cause) = Take();
            try
            {
                await RoundAsync(first, cause);
            }
            catch (Exception e) when (e is ActorEndedException or OperationCanceledException)
            {
                // Deleted, stopped or replaced meanwhile: nothing of it is left to restart.
            }
        }
        while (MoreIsDue());
    }

    private (string First, string Cause) Take()
    {
        lock (_lock)
        {
            var first = _first ?? "";
            var others = _changed.Count - 1;
            _changed = new(StringComparer.Ordinal);
            _first = null;
            return (first, others > 0 ? $"{first} and {others} more" : first);
        }
    }

    private bool MoreIsDue()
    {
        lock (_lock)
        {
            _restartedAt = _services.Time.GetTimestamp();
            _restarting = _due && _first is not null && !_over.IsCancellationRequested;
            _due = false;
            return _restarting;
        }
    }

    private async Task RoundAsync(string first, string cause)
    {
        var running = _app()?.Instances.Where(i => i.Snapshot.State.Phase is Phase.Starting or Phase.Running).ToList() ?? [];
        _services.Say(running.Count > 0 ? $"{_name} is restarted: {cause} changed" : $"{cause} changed; {_name} is not restarted, since nothing of it runs");
        if (_roundsInARow == RoundsUntilHint)
            _services.Say($"{_name} was restarted {RoundsUntilHint} times right after a restart: if it writes {first} itself, add that to what watching ignores");
        foreach (var instance in running)
        {
            // The others go on with the old files rather than fall with the new ones.
            if (!await OneAsync(instance, first) && instance != running[^1])
            {
                _services.Say($"{instance.Snapshot.Key} was given up after the change: the other instances of {_name} are left as they are");
                return;
            }
        }
    }

    /// <summary>Restarts one and waits until it is ready, or its patience is over, or somebody stopped it.</summary>
    /// <returns>False when it was given up.</returns>
    private async Task<bool> OneAsync(InstanceActor instance, string cause)
    {
        var before = instance.Snapshot.State;
        if (before.Phase is not (Phase.Starting or Phase.Running))
            return true; // stopped while its neighbours were restarted
        await instance.AskAsync(before.CanOverlap ? new InstanceEvent.ReloadRequested(RestartReason.Watch) { Cause = cause } : new InstanceEvent.RestartRequested(RestartReason.Watch) { Cause = cause }, default);
        var spec = _app()?.Spec;
        var patience = before.Policy.Grace + (spec?.Ready?.Deadline ?? before.Policy.MinUptime) + Margin;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        var up = instance.WaitAsync(s => s.State is { Phase: Phase.Stopped or Phase.Failed } or { Beside: null, ReloadError: not null } || (s.State.Incarnation > before.Incarnation && s.State.Readiness == Readiness.Ready), enough.Token);
        if (await Task.WhenAny(up, Task.Delay(patience, _services.Time, enough.Token)) != up)
        {
            await enough.CancelAsync();
            _ = up.ContinueWith(static t => t.Exception, TaskScheduler.Default); // nobody asks any more
            _over.Token.ThrowIfCancellationRequested();
            return true;
        }

        await enough.CancelAsync();
        return (await up).State is { Phase: not Phase.Failed, ReloadError: null };
    }
}
