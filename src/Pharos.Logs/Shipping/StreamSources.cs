using Pharos.Core.Specs.Logs;
using Pharos.Logs.Live;
using Pharos.Logs.Store;
using Pharos.Telemetry.Shipping;

namespace Pharos.Logs.Shipping;

/// <summary>The streams of all instances that want to be shipped: for each destination one source a stream, however many instances share it.</summary>
public sealed class StreamSources
{
    private readonly LogStore _store;
    private readonly Lock _gate = new(); // guards what follows, and everything in the lanes
    private readonly List<InstanceLog> _logs = [];
    private readonly List<Lane> _lanes = [];

    /// <param name="store">Where they are kept.</param>
    public StreamSources(LogStore store)
    {
        _store = store;
        store.Removing = Removing;
    }

    /// <summary>One more destination: it gets the streams that are there, and those that come.</summary>
    /// <param name="add">Takes a source that is to be read from now on.</param>
    /// <param name="end">Told that nothing is added to a source any more.</param>
    /// <returns>Ends it. Nobody reads its sources any more by then.</returns>
    public IDisposable Open(Action<ILogSource> add, Action<ILogSource> end)
    {
        lock (_gate)
        {
            var lane = new Lane(this, add, end);
            _lanes.Add(lane);
            foreach (var log in _logs)
                lane.Attach(log);
            foreach (var log in _logs)
            {
                Connect(log);
                lane.CatchUp(log);
            }

            return lane;
        }
    }

    /// <summary>The output of this instance is to be shipped, if it wants that.</summary>
    /// <param name="log">Its output.</param>
    public void Attach(InstanceLog log)
    {
        if (!log.Ships)
            return;
        lock (_gate)
        {
            _logs.Add(log);
            foreach (var lane in _lanes)
                lane.Attach(log);
            Connect(log);
        }
    }

    /// <summary>The instance is deleted, or goes on with other files.</summary>
    /// <param name="log">Its output.</param>
    public void Detach(InstanceLog log)
    {
        lock (_gate)
        {
            _logs.Remove(log);
            foreach (var lane in _lanes)
                lane.Detach(log);
        }
    }

    private void Close(Lane lane)
    {
        lock (_gate)
        {
            if (!_lanes.Remove(lane))
                return;
            foreach (var log in _logs)
                Connect(log);
            lane.Release();
        }
    }

    /// <summary>What is printed is told to the sources of all lanes.</summary>
    private void Connect(InstanceLog log)
    {
        var outs = SourcesOf(log, stderr: false);
        var errs = SourcesOf(log, stderr: true);
        log.Grown = outs.Length + errs.Length == 0 ? null : stderr =>
        {
            foreach (var source in stderr ? errs : outs)
                source.Grew(log.PositionOf(stderr));
        };
    }

    private StreamSource[] SourcesOf(InstanceLog log, bool stderr) =>
        [.. from lane in _lanes from place in log.StorePaths where place.Stderr == stderr select lane.Find(place.Path) into source where source is not null select source];

    private void Removing(string folder, long from, long to)
    {
        StreamSource[] sources;
        lock (_gate)
            sources = [.. _lanes.Select(l => l.OfFolder(Path.GetFileName(folder))).OfType<StreamSource>()];
        if (sources.Length == 0)
            return;
        using var reader = new LogReader(_store.Files, folder);
        foreach (var source in sources)
            source.Removing(reader, from, to);
    }

    private static ShippingBuffer BufferOf(LogSpec spec)
    {
        // What rotation deletes cannot wait: the cap is where the shipper still finds the lines, and can count them.
        var rotation = spec.Rotation;
        var kept = !rotation.Enabled ? long.MaxValue : rotation.Keep == 0 ? rotation.TotalBytes : Math.Min(rotation.TotalBytes, rotation.SizeBytes * rotation.Keep);
        return new(Math.Min(spec.Buffer.SizeBytes, kept), spec.Buffer.Age);
    }

    /// <summary>The sources of one destination.</summary>
    private sealed class Lane(StreamSources all, Action<ILogSource> add, Action<ILogSource> end) : IDisposable
    {
        private readonly Dictionary<string, Shared> _streams = new(StringComparer.Ordinal);

        public StreamSource? Find(string path) => _streams.GetValueOrDefault(path)?.Source;

        public StreamSource? OfFolder(string id) => _streams.Values.FirstOrDefault(s => s.Source.Id == id)?.Source;

        public void Attach(InstanceLog log)
        {
            var output = new ShippedOutput(log);
            foreach (var (path, _) in log.StorePaths)
            {
                if (!_streams.TryGetValue(path, out var shared))
                {
                    var folder = all._store.FolderOf(path);
                    _streams[path] = shared = new(new StreamSource(Path.GetFileName(folder), all._store.Reader(path)) { Buffer = BufferOf(log.Spec) });
                }

                var isNew = shared.Owners.Count == 0;
                shared.Owners.Add(log);
                shared.Source.Own(log.Key.App, log.Key.Index, output);
                if (isNew)
                    add(shared.Source);
            }
        }

        /// <summary>What was printed before the log knew of this lane.</summary>
        public void CatchUp(InstanceLog log)
        {
            foreach (var (path, stderr) in log.StorePaths)
            {
                if (Find(path) is { } source && log.PositionOf(stderr) > source.End)
                    source.Grew(log.PositionOf(stderr));
            }
        }

        public void Detach(InstanceLog log)
        {
            foreach (var (path, _) in log.StorePaths)
            {
                if (!_streams.TryGetValue(path, out var shared) || !shared.Owners.Remove(log) || shared.Owners.Count > 0)
                    continue;
                _streams.Remove(path);
                end(shared.Source);
            }
        }

        public void Release()
        {
            foreach (var shared in _streams.Values)
                shared.Source.Dispose();
            _streams.Clear();
        }

        public void Dispose() => all.Close(this);
    }

    private sealed record Shared(StreamSource Source)
    {
        public HashSet<InstanceLog> Owners { get; } = [];
    }
}
