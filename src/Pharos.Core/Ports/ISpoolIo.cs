using Pharos.Core.Specs;

namespace Pharos.Core.Ports;

/// <summary>The reading end of one stdout or stderr.</summary>
public interface IStreamSource : IDisposable
{
    /// <summary>Bytes in a spool file so far; -1 for a FIFO. Smaller than what was read already when the app itself truncated the file.</summary>
    long Length { get; }

    /// <summary>It is a FIFO: read in order, no offsets.</summary>
    bool IsFifo { get; }

    /// <summary>Reads what is there; never waits.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="offset">Where from; a FIFO ignores it.</param>
    /// <returns>Bytes read; 0 when there is nothing now.</returns>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Gives the disk space of what was consumed back; offsets stay as they are. Nothing for a FIFO.</summary>
    /// <param name="upTo">Everything before this offset may go; rounded down to a block.</param>
    void Release(long upTo);
}

/// <summary>Tells which of many streams may have something new.</summary>
public interface IStreamWatch : IDisposable
{
    /// <summary>Opens a stream for reading and watches it; makes the file or FIFO when it is not there. The first <see cref="Wait"/> reports it.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="mode">Spool file or FIFO.</param>
    /// <param name="tag">What <see cref="Wait"/> returns for it; unique among the open ones.</param>
    /// <returns>The stream; given back by <see cref="Close"/>.</returns>
    IStreamSource Open(string path, StdioMode mode, int tag);

    /// <summary>Ends watching and closes.</summary>
    /// <param name="source">From <see cref="Open"/>.</param>
    void Close(IStreamSource source);

    /// <summary>Waits until a stream may have new bytes, <see cref="Wake"/> is called or the time is over. One thread at a time.</summary>
    /// <param name="changedTags">Receives the tags, each once; what does not fit comes next time.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="overflow">The kernel dropped notices: look at every stream.</param>
    /// <returns>Number of tags.</returns>
    int Wait(Span<int> changedTags, TimeSpan timeout, out bool overflow);

    /// <summary>Ends a <see cref="Wait"/> from another thread, the present one or the next.</summary>
    void Wake();
}
