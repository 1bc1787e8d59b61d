using Pharos.Core.Specs;

namespace Pharos.Core.Ports;

/// <summary>The reading end of one output stream of an instance.</summary>
public interface IStreamSource : IDisposable
{
    /// <summary>Reads what is there now; never blocks.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="offset">From which byte of a spool file; ignored for a FIFO.</param>
    /// <returns>Bytes read; 0: nothing there now.</returns>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Length of a spool file, bytes; -1 for a FIFO.</summary>
    long Length { get; }

    /// <summary>Bytes that more output could take now, of its file system and of memory; <see cref="long.MaxValue"/> for a FIFO.</summary>
    long Room { get; }

    /// <summary>Gives the storage of the consumed part back.</summary>
    /// <param name="upTo">Everything before this offset was consumed.</param>
    void Release(long upTo);

    /// <summary>It is a FIFO: what was read is gone from it.</summary>
    bool IsFifo { get; }
}

/// <summary>Tells which streams may have new bytes: one thread for all of them.</summary>
public interface IStreamWatch : IDisposable
{
    /// <summary>Opens a stream and begins watching it.</summary>
    /// <param name="path">Spool file or FIFO.</param>
    /// <param name="mode">Which of the two.</param>
    /// <param name="tag">What <see cref="Wait"/> will call it.</param>
    /// <returns>The stream.</returns>
    IStreamSource Open(string path, StdioMode mode, int tag);

    /// <summary>Ends watching and closes the stream.</summary>
    /// <param name="source">The stream.</param>
    void Close(IStreamSource source);

    /// <summary>Waits until a stream may have new bytes, or somebody calls <see cref="Wake"/>.</summary>
    /// <param name="changedTags">Receives distinct tags.</param>
    /// <param name="timeout">Longest wait.</param>
    /// <param name="overflow">Notices were lost: look at every stream.</param>
    /// <returns>Number of tags.</returns>
    int Wait(Span<int> changedTags, TimeSpan timeout, out bool overflow);

    /// <summary>Waits for the time to pass, whatever is written meanwhile; <see cref="Wake"/> ends it.</summary>
    /// <param name="time">How long, milliseconds at the finest.</param>
    void Rest(TimeSpan time);

    /// <summary>Ends a wait from any thread.</summary>
    void Wake();
}
