using Pharos.Logs.Store;

namespace Pharos.Logs.History;

/// <summary>One line out of the files.</summary>
/// <param name="Stream">The stream's folder in the store: with the position it says which line it is, in every process.</param>
/// <param name="Position">Position of its first byte.</param>
/// <param name="Next">Position behind it.</param>
/// <param name="Source">Whose.</param>
/// <param name="UnixNanos">When it was read from the app.</param>
/// <param name="Bytes">As the app wrote it, without its newline.</param>
/// <param name="Part">0 for a whole line; 1, 2, … for the parts of an over-long one.</param>
public sealed record HistoryLine(string Stream, long Position, long Next, LogSource Source, long UnixNanos, ReadOnlyMemory<byte> Bytes, int Part);
