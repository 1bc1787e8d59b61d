using Pharos.Supervisor.Actors;

namespace Pharos.Supervisor.Operations;

/// <summary>Which apps are watched: those with files to watch of which somebody wants an instance to run. A stop ends it, the next start begins anew.</summary>
internal sealed class WatchedApps : IDisposable
{
    private readonly Func<IEnumerable<App>> _apps;
    private readonly ActorServices _services;
    private readonly Dictionary<string, AppWatch> _watches = new(StringComparer.Ordinal);
    private readonly object _lock = new(); // guards _watches and _over
    private int _asked;
    private bool _over;

    public WatchedApps(Func<IEnumerable<App>> apps, ActorServices services)
    {
        _apps = apps;
        _services = services;
    }

    /// <summary>Something changed: looks soon, and not on the caller's thread, since walking through folders takes time.</summary>
    public void Look()
    {
        if (_services.Files is not null && Interlocked.Exchange(ref _asked, 1) == 0)
            _ = Task.Run(Reconcile);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _over = true;
            foreach (var watch in _watches.Values)
                watch.Dispose();
            _watches.Clear();
        }
    }

    private void Reconcile()
    {
        lock (_lock)
        {
            Interlocked.Exchange(ref _asked, 0);
            if (_over)
                return;
            var wanted = _apps().Where(a => a.Spec.Watch is not null && a.Instances.Any(i => i.Snapshot.Wanted)).ToDictionary(a => a.Spec.Name, StringComparer.Ordinal);
            foreach (var (name, watch) in _watches)
            {
                if (wanted.TryGetValue(name, out var app) && watch.IsFor(app.Spec))
                    continue;
                watch.Dispose();
                _watches.Remove(name);
            }

            foreach (var (name, app) in wanted)
            {
                if (!_watches.ContainsKey(name))
                    _watches[name] = new AppWatch(app, () => _apps().FirstOrDefault(a => a.Spec.Name == name), _services);
            }
        }
    }
}
