using Pharos.Core.Ports;
using Pharos.Logs.Framing;
using Pharos.Logs.Live;

namespace Pharos.Logs.Pump;

/// <summary>One stream of one incarnation: from its spool file or FIFO into the log file and the lines. Pump thread only.</summary>
/// <remarks>It begins only when the tail before it, of an earlier incarnation into the same log file, is done: the lines stay in order, and the
/// log file grows by one spool file at a time, which is what <see cref="Checkpoint"/> relies on.</remarks>
internal sealed class StreamTail : IDisposable
{
    private const long ReleaseStep = 1 << 20;
    private static readonly TimeSpan RetryLogFile = TimeSpan.FromSeconds(1);

    private readonly InstanceLog _log;
    private readonly IStreamSource _source;
    private readonly TimeProvider _time;
    private readonly Action<string> _warn;
    private readonly LineFramer _framer = new();
    private readonly LineHandler _handler;
    private readonly StreamTail? _before;
    private Checkpoint? _checkpoint;
    private bool _begun;
    private bool _done;
    private bool _failing;
    private long _offset;
    private long _released;
    private long _now;
    private long? _stalledSince;

    public StreamTail(LogAttachment attachment, bool stderr, IStreamSource source, string path, int tag, StreamTail? before, TimeProvider time, Action<string> warn)
    {
        _log = attachment.Log;
        _source = source;
        _before = before;
        _time = time;
        _warn = warn;
        Stderr = stderr;
        Path = path;
        Tag = tag;
        _handler = (line, part) =>
        {
            _log.Line(line, part, Stderr, _now);
            attachment.Seen?.Invoke(line);
        };
    }

    public bool Stderr { get; }

    public string Path { get; }

    public int Tag { get; }

    public IStreamSource Source => _source;

    /// <summary>Whether both write into the same log file.</summary>
    public bool SharesFileWith(InstanceLog log, bool stderr) => _log == log && Stderr == stderr;

    /// <summary>It may have more to read now.</summary>
    public bool HasMore => !_begun || (!_source.IsFifo && _source.Length != _offset);

    /// <summary>Reads one buffer full.</summary>
    /// <param name="buffer">Shared by all streams.</param>
    /// <returns>False: nothing there now, or the log file cannot take it now.</returns>
    public bool Step(byte[] buffer)
    {
        if (_before is { _done: false } || (_stalledSince is { } since && _time.GetElapsedTime(since) < RetryLogFile))
            return false;
        _stalledSince = null;
        try
        {
            if (!_begun)
                Begin();
            var went = _source.IsFifo ? StepFifo(buffer) : StepSpool(buffer);
            _failing &= _stalledSince is not null;
            return went;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Stall(e.Message);
            return false;
        }
    }

    /// <summary>The process is gone and nothing is left to read: what stands after the last newline is a line too.</summary>
    public void Finish()
    {
        _now = UnixNanos();
        _framer.Flush(_handler);
    }

    private void Begin()
    {
        if (!_source.IsFifo)
        {
            var logLength = _log.FileOf(Stderr).Length;
            _checkpoint ??= new Checkpoint(Checkpoint.PathFor(Path));
            _offset = _checkpoint.Resume(logLength, _source.Length);
            _checkpoint.Write(_offset, logLength);
        }

        _begun = true;
    }

    private bool StepSpool(byte[] buffer)
    {
        if (_source.Length < _offset)
            Truncated();
        var read = _source.Read(buffer, _offset);
        if (read <= 0)
            return false;
        var file = _log.FileOf(Stderr);
        var written = file.Write(buffer.AsSpan(0, read));
        if (written > 0)
        {
            _offset += written;
            _checkpoint!.Write(_offset, file.Length);
            Take(buffer.AsSpan(0, written));
        }

        if (_offset - _released >= ReleaseStep)
        {
            _source.Release(_offset);
            _released = _offset;
        }

        if (written < read)
            Stall("the disk is full"); // the spool file keeps the rest
        return written == read;
    }

    /// <summary>A FIFO is read whatever the log file does: a full one would block the app. What the file does not take is lost to it, and counted.</summary>
    private bool StepFifo(byte[] buffer)
    {
        var read = _source.Read(buffer, 0);
        if (read <= 0)
            return false;
        var written = 0;
        try
        {
            written = _log.FileOf(Stderr).Write(buffer.AsSpan(0, read));
            if (written < read)
                Say("the disk is full");
            else
                _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Say(e.Message);
        }

        if (written < read)
            _log.Telemetry.LogDropped("write_failed", Math.Max(1, buffer.AsSpan(written, read - written).Count((byte)'\n')));
        Take(buffer.AsSpan(0, read));
        return true;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        _log.Telemetry.LogBytes(Stderr, bytes.Length);
        _now = UnixNanos();
        _framer.Push(bytes, _handler);
    }

    /// <summary>Somebody opened the stream by name and truncated it (<c>echo &gt; /dev/stderr</c>). What had been read is safe.</summary>
    private void Truncated()
    {
        _log.Telemetry.LogDropped("truncated");
        _offset = 0;
        _released = 0;
        _checkpoint!.Write(0, _log.FileOf(Stderr).Length);
    }

    private void Stall(string why)
    {
        _stalledSince = _time.GetTimestamp();
        Say(why);
    }

    /// <summary>Said once, until it goes well again.</summary>
    private void Say(string why)
    {
        if (!_failing)
            _warn($"cannot write {(Stderr ? "stderr" : "stdout")} of {_log.Key} to its log file: {why}; {(_source.IsFifo ? "what comes meanwhile is not in the file" : "tried again each second, nothing is lost")}");
        _failing = true;
    }

    private long UnixNanos() => (_time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;

    public void Dispose()
    {
        _done = true;
        Leave();
        try
        {
            if (!_source.IsFifo)
                File.Delete(Checkpoint.PathFor(Path));
            File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ignoring: a runtime directory goes away when its user logs out, and its files with it.
        }
    }

    /// <summary>Closes what is open and leaves the files: the process lives on without this daemon.</summary>
    public void Leave() => _checkpoint?.Dispose();
}
