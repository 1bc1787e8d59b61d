using System.Text;
using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Linux.Streams;

/// <summary>Watches the output of all instances: one inotify watch a directory for spool files, epoll for FIFOs, an eventfd to be woken by.</summary>
/// <remarks>Regular files are always readable to epoll(7), hence inotify. Punching a hole is a change to inotify too, so a
/// <see cref="IStreamSource.Release"/> is followed by one notice with nothing new behind it.</remarks>
public sealed class SpoolIo : IStreamWatch
{
    private const ulong WakeTag = ulong.MaxValue;
    private const ulong InotifyTag = ulong.MaxValue - 1;

    private readonly Lock _guard = new(); // guards the three collections below
    private readonly Dictionary<IStreamSource, Stream> _streams = [];
    private readonly Dictionary<int, Directory> _directories = [];
    private readonly Queue<Stream> _changed = new();

    private readonly Epoll _epoll = new();
    private readonly Epoll _resting = new(capacity: 1); // of the eventfd alone
    private readonly EventFd _wake = new();
    private readonly InotifyWatch _inotify = new();
    private readonly InotifyWatch.NameChanged _onChange;

    /// <summary>Watches nothing yet.</summary>
    public SpoolIo()
    {
        _onChange = OnChange;
        _epoll.Add(_wake.Handle, WakeTag);
        _resting.Add(_wake.Handle, WakeTag);
        _epoll.Add(_inotify.Handle, InotifyTag);
    }

    /// <inheritdoc/>
    /// <exception cref="LinuxException">It cannot be opened or watched.</exception>
    public IStreamSource Open(string path, StdioMode mode, int tag)
    {
        lock (_guard)
        {
            IStreamSource source = mode == StdioMode.Fifo ? new FifoReader(path) : new SpoolFile(path);
            try
            {
                var stream = new Stream(tag, path);
                if (source is FifoReader fifo)
                    _epoll.Add(fifo.Handle, (uint)tag);
                else
                    WatchFile(stream);
                _streams[source] = stream;
                Mark(stream);
            }
            catch
            {
                source.Dispose();
                throw;
            }

            _wake.Set();
            return source;
        }
    }

    /// <inheritdoc/>
    public void Close(IStreamSource source)
    {
        lock (_guard)
        {
            if (!_streams.Remove(source, out var stream))
                return;
            stream.IsOpen = false;
            if (source is FifoReader fifo)
                _epoll.Remove(fifo.Handle);
            else
                UnwatchFile(stream);
            source.Dispose();
        }
    }

    /// <inheritdoc/>
    public int Wait(Span<int> changedTags, TimeSpan timeout, out bool overflow)
    {
        overflow = false;
        Span<ulong> ready = stackalloc ulong[128];
        bool waiting;
        lock (_guard)
            waiting = _changed.Count == 0;
        var count = _epoll.Wait(ready, waiting ? timeout : TimeSpan.Zero);
        var used = 0;
        foreach (var tag in ready[..count])
        {
            if (tag == WakeTag)
                _wake.Reset();
            else if (tag == InotifyTag)
                overflow = _inotify.ReadNames(_onChange);
            else if (used < changedTags.Length)
                changedTags[used++] = (int)tag; // level-triggered: what does not fit is ready again next time
        }

        lock (_guard)
        {
            while (used < changedTags.Length && _changed.TryDequeue(out var stream))
            {
                stream.IsMarked = false;
                if (stream.IsOpen && !changedTags[..used].Contains(stream.Tag))
                    changedTags[used++] = stream.Tag;
            }
        }

        return used;
    }

    /// <inheritdoc/>
    public void Rest(TimeSpan time)
    {
        Span<ulong> ready = stackalloc ulong[1];
        _resting.Wait(ready, time); // the next Wait makes the eventfd quiet again
    }

    /// <inheritdoc/>
    public void Wake() => _wake.Set();

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_guard)
        {
            foreach (var source in _streams.Keys)
                source.Dispose();
            _streams.Clear();
        }

        _epoll.Dispose();
        _resting.Dispose();
        _inotify.Dispose();
        _wake.Dispose();
    }

    /// <summary>The kernel gives a directory one number however often and by whatever path it is added.</summary>
    private void WatchFile(Stream stream)
    {
        stream.Watch = _inotify.Add(Path.GetDirectoryName(stream.Path)!, Libc.IN_MODIFY);
        if (!_directories.TryGetValue(stream.Watch, out var directory))
            _directories[stream.Watch] = directory = new Directory();
        directory.Users++;
        directory.Files[stream.Name] = stream;
    }

    private void UnwatchFile(Stream stream)
    {
        var directory = _directories[stream.Watch];
        if (directory.Files.TryGetValue(stream.Name, out var current) && current == stream)
            directory.Files.Remove(stream.Name);
        if (--directory.Users > 0)
            return;
        _inotify.Remove(stream.Watch);
        _directories.Remove(stream.Watch);
    }

    private void OnChange(int directory, ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[256];
        var length = Encoding.UTF8.GetChars(name, text);
        lock (_guard)
        {
            if (_directories.TryGetValue(directory, out var watched)
                && watched.Files.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out var stream))
            {
                Mark(stream);
            }
        }
    }

    private void Mark(Stream stream)
    {
        if (stream.IsMarked)
            return;
        stream.IsMarked = true;
        _changed.Enqueue(stream);
    }

    private sealed class Stream(int tag, string path)
    {
        internal int Tag { get; } = tag;

        internal string Path { get; } = path;

        internal string Name { get; } = System.IO.Path.GetFileName(path);

        internal int Watch { get; set; }

        internal bool IsOpen { get; set; } = true;

        internal bool IsMarked { get; set; }
    }

    private sealed class Directory
    {
        internal Dictionary<string, Stream> Files { get; } = new(StringComparer.Ordinal);

        internal int Users { get; set; }
    }
}
