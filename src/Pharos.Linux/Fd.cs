using Microsoft.Win32.SafeHandles;

namespace Pharos.Linux;

/// <summary>An open descriptor, closed once.</summary>
internal sealed class Fd : SafeHandleMinusOneIsInvalid
{
    internal Fd(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>The number. Only while somebody keeps this object referenced (see <see cref="Pin"/>).</summary>
    internal int Raw => (int)handle;

    /// <summary>Keeps the descriptor open until disposed, whoever closes it meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">It is closed already.</exception>
    internal Pin Hold()
    {
        var added = false;
        DangerousAddRef(ref added);
        return new Pin(this);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;

    /// <summary>One reference.</summary>
    internal readonly struct Pin(Fd fd) : IDisposable
    {
        internal int Raw => fd.Raw;

        public void Dispose() => fd.DangerousRelease();
    }
}
