using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Pharos.Linux.Streams;

/// <summary>Tells which files of some directories change, inotify(7). Not recursive.</summary>
public sealed unsafe class InotifyWatch : IDisposable
{
    private const uint Events = Libc.IN_MODIFY | Libc.IN_CLOSE_WRITE | Libc.IN_CREATE | Libc.IN_MOVED_TO | Libc.IN_DELETE;

    private readonly Fd _inotify = new(LinuxException.Check(Libc.inotify_init1(Libc.O_NONBLOCK | Libc.O_CLOEXEC), "inotify_init1", ""));
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <summary>For <see cref="Epoll.Add"/>.</summary>
    public SafeHandle Handle => _inotify;

    /// <summary>Watches the files of a directory: written, closed after writing, made, moved in, deleted.</summary>
    /// <param name="path">The directory.</param>
    /// <returns>Its number, as <see cref="Read"/> tells it.</returns>
    /// <exception cref="LinuxException">ENOSPC: fs.inotify.max_user_watches is reached; ENOENT, EACCES.</exception>
    public int Add(string path) => Add(path, Events);

    /// <summary>No longer watches a directory.</summary>
    /// <param name="directory">Its number.</param>
    public void Remove(int directory) => _ = Libc.inotify_rm_watch(_inotify.Raw, directory);

    /// <summary>Reads the notices there are; never waits.</summary>
    /// <param name="changed">Called for each notice with the directory's number and the file's name; the same file may come often.</param>
    /// <returns>True when the kernel dropped notices (fs.inotify.max_queued_events): look at everything.</returns>
    public bool Read(Action<int, string> changed) => ReadNames((directory, name) => changed(directory, Encoding.UTF8.GetString(name)));

    /// <inheritdoc/>
    public void Dispose() => _inotify.Dispose();

    internal int Add(string path, uint events) =>
        LinuxException.Check(Libc.inotify_add_watch(_inotify.Raw, path, events), "inotify_add_watch", path);

    /// <summary>As <see cref="Read"/>, without making strings.</summary>
    internal bool ReadNames(NameChanged changed) => Drain(changed, null);

    /// <summary>As <see cref="Read"/>, with the kind of each notice, and also those without a name, which are of the directory itself.</summary>
    internal bool ReadNotices(Noticed noticed) => Drain(null, noticed);

    private bool Drain(NameChanged? changed, Noticed? noticed)
    {
        var overflow = false;
        while (true)
        {
            nint count;
            fixed (byte* buffer = _buffer)
                count = Libc.read(_inotify.Raw, buffer, _buffer.Length);
            if (count < 0 && Libc.Errno == Libc.EINTR)
                continue;
            if (count < 0 && Libc.Errno != Libc.EAGAIN)
                throw new LinuxException("read", Libc.Errno, "inotify");
            if (count <= 0)
                return overflow;

            // struct inotify_event: watch 4, mask 4, cookie 4, length of the padded name 4, name.
            for (var rest = _buffer.AsSpan(0, (int)count); !rest.IsEmpty;)
            {
                var mask = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest[12..]);
                if ((mask & Libc.IN_Q_OVERFLOW) != 0)
                    overflow = true;
                if (length > 0)
                    changed?.Invoke(BinaryPrimitives.ReadInt32LittleEndian(rest), rest.Slice(16, length).TrimEnd((byte)0));
                noticed?.Invoke(BinaryPrimitives.ReadInt32LittleEndian(rest), mask, rest.Slice(16, length).TrimEnd((byte)0));
                rest = rest[(16 + length)..];
            }
        }
    }

    /// <summary>No longer watches any of these.</summary>
    internal void RemoveAll(IEnumerable<int> directories)
    {
        foreach (var directory in directories)
            Remove(directory);
    }

    /// <summary>Something of a directory has changed; an empty name is the directory itself.</summary>
    internal delegate void Noticed(int directory, uint mask, ReadOnlySpan<byte> name);

    /// <summary>A file of a directory has changed.</summary>
    internal delegate void NameChanged(int directory, ReadOnlySpan<byte> name);
}
