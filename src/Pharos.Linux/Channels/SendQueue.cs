using System.Runtime.InteropServices;
using System.Text;

namespace Pharos.Linux.Channels;

/// <summary>What waits until a process reads its channel. Never blocks, and is bounded: a process that reads nothing costs no more than that.</summary>
internal sealed class SendQueue(Fd socket) : IDisposable
{
    private const int MostBytes = 4 << 20, MostMessages = 4096;

    private readonly Lock _lock = new(); // guards all below, and the socket against being closed while it is written
    private readonly Queue<Message> _waiting = new();
    private long _bytes;
    private int _written;
    private bool _closing;
    private bool _closed;

    /// <summary>Sends a message, or lets it wait.</summary>
    /// <param name="json">The message.</param>
    /// <param name="descriptor">Goes with it; null: none.</param>
    /// <param name="waits">Something waits for room.</param>
    /// <returns>False: it is dropped.</returns>
    internal bool Add(string json, SafeHandle? descriptor, out bool waits)
    {
        waits = false;
        var copy = descriptor is null ? null : Copy(descriptor);
        if (descriptor is not null && copy is null)
            return false;
        lock (_lock)
        {
            if (_closed || _closing || _bytes + json.Length > MostBytes || _waiting.Count >= MostMessages)
            {
                copy?.Dispose();
                return false;
            }

            var bytes = new byte[Encoding.UTF8.GetByteCount(json) + 1];
            Encoding.UTF8.GetBytes(json, bytes);
            bytes[^1] = (byte)'\n';
            _waiting.Enqueue(new Message(bytes, copy));
            _bytes += bytes.Length;
            waits = Write();
            return !_closed;
        }
    }

    /// <summary>Sends what waits.</summary>
    /// <returns>True: something waits still.</returns>
    internal bool Flush()
    {
        lock (_lock)
            return Write();
    }

    /// <summary>Ends our direction when what waits is sent.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            _closing = true;
            Write();
        }
    }

    public void Dispose()
    {
        lock (_lock)
            Drop();
    }

    private bool Write()
    {
        while (!_closed && _waiting.TryPeek(out var message))
        {
            var count = WriteSome(message);
            if (count < 0 && Libc.Errno == Libc.EINTR)
                continue;
            if (count < 0 && Libc.Errno == Libc.EAGAIN)
                return true;
            if (count < 0)
            {
                Drop(); // the process is gone, or has closed its end
                return false;
            }

            _written += (int)count;
            _bytes -= count;
            if (_written < message.Bytes.Length)
                continue;
            _waiting.Dequeue();
            message.Descriptor?.Dispose();
            _written = 0;
        }

        if (_closing && !_closed)
        {
            _closed = true;
            _ = Libc.shutdown(socket.Raw, Libc.SHUT_WR);
        }

        return false;
    }

    /// <summary>The descriptor goes with the first byte, and only with that.</summary>
    private unsafe nint WriteSome(in Message message)
    {
        fixed (byte* start = message.Bytes)
        {
            var control = stackalloc byte[Descriptors.OneBytes];
            var vector = new Libc.IoVec { Base = start + _written, Length = message.Bytes.Length - _written };
            var header = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1 };
            if (_written == 0 && message.Descriptor is { } descriptor)
            {
                Descriptors.Put(control, descriptor.Raw);
                header.Control = control;
                header.ControlLength = Descriptors.OneBytes;
            }

            return Libc.sendmsg(socket.Raw, &header, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
        }
    }

    private void Drop()
    {
        _closed = true;
        while (_waiting.TryDequeue(out var message))
            message.Descriptor?.Dispose();
        _bytes = 0;
    }

    private static Fd? Copy(SafeHandle handle)
    {
        var added = false;
        try
        {
            handle.DangerousAddRef(ref added);
            var copy = Libc.fcntl((int)handle.DangerousGetHandle(), Libc.F_DUPFD_CLOEXEC, 10);
            return copy < 0 ? null : new Fd(copy);
        }
        catch (ObjectDisposedException)
        {
            return null; // closed meanwhile
        }
        finally
        {
            if (added)
                handle.DangerousRelease();
        }
    }

    private readonly record struct Message(byte[] Bytes, Fd? Descriptor);
}
