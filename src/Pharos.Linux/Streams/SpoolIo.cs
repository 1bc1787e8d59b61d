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

    private readonly Lock _guard = new(); // guards the four collections below
    private readonly Dictionary<IStreamSource, Stream> _streams = [];
    private readonly Dictionary<string, (int Watch, int Users)> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Dictionary<string, Stream>> _filesOf = [];
    private readonly Queue<Stream> _changed = new();

    private readonly Epoll _epoll = new();
    private readonly EventFd _wake = new();
    private readonly InotifyWatch _inotify = new();
    private readonly InotifyWatch.NameChanged _onChange;

    /// <summary>Watches nothing yet.</summary>
    public SpoolIo()
    {
        _onChange = OnChange;
        _epoll.Add(_wake.Handle, WakeTag);
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
        _inotify.Dispose();
        _wake.Dispose();
    }

    private void WatchFile(Stream stream)
    {
        if (!_directories.TryGetValue(stream.Directory, out var directory))
            directory = (_inotify.Add(stream.Directory, Libc.IN_MODIFY), 0);
        _directories[stream.Directory] = directory with { Users = directory.Users + 1 };
        if (!_filesOf.TryGetValue(directory.Watch, out var files))
            _filesOf[directory.Watch] = files = new Dictionary<string, Stream>(StringComparer.Ordinal);
        files[stream.Name] = stream;
    }

    private void UnwatchFile(Stream stream)
    {
        var directory = _directories[stream.Directory];
        if (_filesOf[directory.Watch].TryGetValue(stream.Name, out var current) && current == stream)
            _filesOf[directory.Watch].Remove(stream.Name);
        if (directory.Users > 1)
        {
            _directories[stream.Directory] = directory with { Users = directory.Users - 1 };
            return;
        }

        _inotify.Remove(directory.Watch);
        _directories.Remove(stream.Directory);
        _filesOf.Remove(directory.Watch);
    }

    private void OnChange(int directory, ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[256];
        var length = Encoding.UTF8.GetChars(name, text);
        lock (_guard)
        {
            if (_filesOf.TryGetValue(directory, out var files)
                && files.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out var stream))
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

        internal string Directory { get; } = Path.GetDirectoryName(path)!;

        internal string Name { get; } = Path.GetFileName(path);

        internal bool IsOpen { get; set; } = true;

        internal bool IsMarked { get; set; }
    }
}
