using Pharos.Core.Specs.Logs;
using Pharos.Logs.Live;
using Pharos.Logs.Store;
using Pharos.Telemetry.Shipping;

namespace Pharos.Logs.Shipping;

/// <summary>The streams of all instances that want to be shipped, one source a stream, however many instances share it.</summary>
public sealed class StreamSources
{
    private readonly LogStore _store;
    private readonly Action<ILogSource> _add;
    private readonly Action<ILogSource> _end;
    private readonly Lock _gate = new(); // guards _streams
    private readonly Dictionary<string, Shared> _streams = new(StringComparer.Ordinal);

    /// <param name="store">Where they are kept.</param>
    /// <param name="add">Takes a source that is to be read from now on.</param>
    /// <param name="end">Told that nothing is added to a source any more.</param>
    public StreamSources(LogStore store, Action<ILogSource> add, Action<ILogSource> end)
    {
        (_store, _add, _end) = (store, add, end);
        store.Removing = Removing;
    }

    /// <summary>The output of this instance is to be shipped, if it wants that.</summary>
    /// <param name="log">Its output.</param>
    public void Attach(InstanceLog log)
    {
        if (!log.Ships)
            return;
        var output = new ShippedOutput(log);
        StreamSource? outSource = null, errSource = null;
        lock (_gate)
        {
            foreach (var (path, stderr) in log.StorePaths)
            {
                if (!_streams.TryGetValue(path, out var shared))
                {
                    var folder = _store.FolderOf(path);
                    _streams[path] = shared = new(new StreamSource(Path.GetFileName(folder), _store.Reader(path)) { Buffer = BufferOf(log.Spec) });
                }

                var isNew = shared.Owners.Count == 0;
                shared.Owners.Add(log);
                shared.Source.Own(log.Key.App, log.Key.Index, output);
                if (isNew)
                    _add(shared.Source);
                (outSource, errSource) = stderr ? (outSource, shared.Source) : (shared.Source, errSource);
            }
        }

        log.Grown = stderr => (stderr ? errSource : outSource)?.Grew(log.PositionOf(stderr));
    }

    /// <summary>The instance is deleted, or goes on with other files.</summary>
    /// <param name="log">Its output.</param>
    public void Detach(InstanceLog log)
    {
        lock (_gate)
        {
            foreach (var (path, _) in log.StorePaths)
            {
                if (!_streams.TryGetValue(path, out var shared) || !shared.Owners.Remove(log) || shared.Owners.Count > 0)
                    continue;
                _streams.Remove(path);
                _end(shared.Source);
            }
        }
    }

    private void Removing(string folder, long from, long to)
    {
        StreamSource? source;
        lock (_gate)
            source = _streams.Values.FirstOrDefault(s => s.Source.Id == Path.GetFileName(folder))?.Source;
        if (source is null)
            return;
        using var reader = new LogReader(_store.Files, folder);
        source.Removing(reader, from, to);
    }

    private static ShippingBuffer BufferOf(LogSpec spec)
    {
        // What rotation deletes cannot wait: the cap is where the shipper still finds the lines, and can count them.
        var rotation = spec.Rotation;
        var kept = !rotation.Enabled ? long.MaxValue : rotation.Keep == 0 ? rotation.TotalBytes : Math.Min(rotation.TotalBytes, rotation.SizeBytes * rotation.Keep);
        return new(Math.Min(spec.Buffer.SizeBytes, kept), spec.Buffer.Age);
    }

    private sealed record Shared(StreamSource Source)
    {
        public HashSet<InstanceLog> Owners { get; } = [];
    }
}
