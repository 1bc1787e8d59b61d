using Pharos.Core.Specs.Logs;
using Pharos.Logs.Formats;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Logs.Pump;

/// <summary>What happens to output that its files cannot take: of a FIFO at once, of a spool file when more waits than it may.</summary>
internal sealed partial class StreamTail
{
    private static readonly TimeSpan LookForRoom = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SayDropsAgain = TimeSpan.FromSeconds(10);
    private readonly ByteBuffer _carry = new(); // of a FIFO: a line that waits for its end, or what a full disk did not take
    private bool _blocked;
    private long _droppedLines;
    private long _droppedBytes;
    private long? _saidDrops;
    private long _quarter;
    private long? _lookedForRoom;

    /// <summary>How much of its app's output may wait, bytes. The more waits and the less is free, the less it is: of many apps in a flood none takes it all.</summary>
    /// <param name="unread">How much waits.</param>
    public long MostUnread(long unread)
    {
        if (_log.Spec.MaxUnreadBytes is { } most)
            return most;
        if (unread <= LogSpec.LeastUnreadBytes)
            return LogSpec.LeastUnreadBytes;
        if (_lookedForRoom is not { } looked || _time.GetElapsedTime(looked) >= LookForRoom)
        {
            _lookedForRoom = _time.GetTimestamp();
            _quarter = _source.Room / 4;
        }

        return Math.Max(LogSpec.LeastUnreadBytes, _quarter);
    }

    /// <summary>The oldest output that waits is given up, up to the end of a line, and counted.</summary>
    /// <param name="buffer">Shared by all streams.</param>
    /// <param name="leave">About so many bytes stay.</param>
    /// <param name="most">How many might have.</param>
    public void Drop(byte[] buffer, long leave, long most)
    {
        Join(); // what it frees must not come after what is freed here
        var upTo = _source.Length - leave;
        var (at, lines, ends) = (_offset, 0L, false);
        while (!ends)
        {
            var read = _source.Read(buffer.AsSpan(0, Most), at);
            if (read <= 0)
                break;
            var bytes = buffer.AsSpan(0, read);
            if (at + read > upTo && bytes[(int)Math.Max(0, upTo - at - 1)..].IndexOf((byte)'\n') is >= 0 and var newline)
            {
                bytes = bytes[..((int)Math.Max(0, upTo - at - 1) + newline + 1)];
                ends = true;
            }

            lines += bytes.Count((byte)'\n');
            at += bytes.Length;
        }

        _now = UnixNanos();
        EndLines();
        lock (_log.Gate)
        {
            _followed = _log.IsFollowed;
            _framer.Flush(_handler);
            _log.Passed(Stderr, Position);
        }

        _log.Telemetry.LogDropped(LogDropReasons.Unread, lines);
        (_droppedLines, _droppedBytes) = (_droppedLines + lines, _droppedBytes + (at - _offset));
        _offset = at;
        _partial = 0;
        _partialSince = null;
        _freshLine = true;
        _note.Write(_offset, 0, [], []);
        _source.Release(_offset);
        _released = _offset;
        if (_saidDrops is { } said && _time.GetElapsedTime(said) < SayDropsAgain)
            return;
        _saidDrops = _time.GetTimestamp();
        _warn($"{_log.Key} prints faster than its log file can take: {_droppedLines} lines ({_droppedBytes} bytes) of {(Stderr ? "stderr" : "stdout")} dropped so far, because more than max_unread ({most} bytes) waited");
    }

    /// <summary>A FIFO is read whatever its file does: a full one would block the app. What the file does not take is lost to it, and counted; or, where the app is to wait, kept
    /// until it does, and the FIFO is not read meanwhile.</summary>
    private bool StepFifo(byte[] buffer)
    {
        if (_blocked)
        {
            var kept = _carry.Written;
            var done = Write(Whole(kept, Final, out var goesOn), goesOn, noted: false);
            if (done > 0)
                Take(kept[..done]);
            _carry.Drop(done);
            if (Whole(_carry.Written, Final, out _).Length > 0)
            {
                Stall("the disk is full");
                return false;
            }

            _blocked = false;
        }

        var read = _source.Read(buffer.AsSpan(0, Most), 0);
        CaughtUp = false; // a read gives a part of what is in a pipe
        if (read <= 0)
            return read == 0 && Final && _carry.Length > 0 && Rest();
        var bytes = (ReadOnlySpan<byte>)buffer.AsSpan(0, read);
        if (_carry.Length > 0)
        {
            _carry.Add(bytes);
            bytes = _carry.Written;
        }

        var used = Put(bytes);
        Keep(bytes, used);
        return true;
    }

    private bool Rest()
    {
        var used = Put(_carry.Written);
        Keep(_carry.Written, used);
        return used > 0;
    }

    /// <returns>Bytes that need not be kept.</returns>
    private int Put(ReadOnlySpan<byte> bytes)
    {
        var raw = Whole(bytes, Final, out var open);
        if (raw.IsEmpty)
            return 0;
        var written = 0;
        try
        {
            written = Write(raw, open, noted: false);
            if (written < raw.Length)
                Say("the disk is full");
            else
                _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Say(e.Message);
        }

        if (written < raw.Length && _log.Spec.Overflow == LogOverflow.Block)
        {
            _blocked = true;
            _stalledSince = _time.GetTimestamp();
            raw = raw[..written];
        }
        else if (written < raw.Length)
        {
            _log.Telemetry.LogDropped(LogDropReasons.WriteFailed, Math.Max(1, raw[written..].Count((byte)'\n')));
        }

        if (raw.Length > 0)
            Take(raw);
        return raw.Length;
    }

    private void Keep(ReadOnlySpan<byte> bytes, int used)
    {
        if (_carry.Length > 0)
            _carry.Drop(used);
        else
            _carry.Add(bytes[used..]);
    }
}
