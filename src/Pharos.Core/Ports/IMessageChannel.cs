using System.Runtime.InteropServices;

namespace Pharos.Core.Ports;

/// <summary>A two-way channel to one process: JSON values, and with each at most one open descriptor.</summary>
public interface IMessageChannel
{
    /// <summary>Begins to hear what the process says; what it said before comes first. Both functions are called on a thread of the host and must not block.</summary>
    /// <param name="said">Takes each value, JSON as it came, and the descriptor that came with it, which is the taker's to close.</param>
    /// <param name="closed">The process has closed its end, or is gone: nothing comes any more.</param>
    void Listen(Action<string, SafeHandle?> said, Action closed);

    /// <summary>Sends a value. Never blocks: what the process does not read waits, as far as there is room.</summary>
    /// <param name="json">One JSON value without a line break.</param>
    /// <param name="descriptor">Goes with it as a copy; the caller keeps its own, and may close it at once.</param>
    /// <returns>False when the process has closed its end, or so much waits already that this is dropped.</returns>
    bool Send(string json, SafeHandle? descriptor = null);

    /// <summary>The process sees the end of the channel, and lives on.</summary>
    void Close();
}
