using Pharos.Core.Ports;
using Pharos.Logs.Framing;
using Pharos.Logs.Live;

namespace Pharos.Logs.Pump;

/// <summary>One stream of one incarnation: from its spool file or FIFO into the log file and the lines. Pump thread only.</summary>
internal sealed class StreamTail : IDisposable
{
    private const long ReleaseStep = 1 << 20;
    private static readonly TimeSpan RetryFullDisk = TimeSpan.FromSeconds(1);

    private readonly InstanceLog _log;
    private readonly IStreamSource _source;
    private readonly Checkpoint? _checkpoint;
    private readonly LineFramer _framer = new();
    private readonly LineHandler _handler;
    private long _offset;
    private long _released;
    private long _now;
    private DateTimeOffset _stalledUntil;

    public StreamTail(InstanceLog log, bool stderr, IStreamSource source, string path, int tag)
    {
        _log = log;
        _source = source;
        Stderr = stderr;
        Path = path;
        Tag = tag;
        _handler = (line, part) => _log.Line(line, part, Stderr, _now);
        if (!source.IsFifo)
        {
            _checkpoint = new Checkpoint(Checkpoint.PathFor(path));
            var logLength = log.FileOf(stderr).Length;
            _offset = _checkpoint.Resume(logLength, source.Length);
            _checkpoint.Write(_offset, logLength);
        }
    }

    public bool Stderr { get; }

    public string Path { get; }

    public int Tag { get; }

    public IStreamSource Source => _source;

    /// <summary>It may have more to read now.</summary>
    public bool HasMore => !_source.IsFifo && _source.Length != _offset;

    /// <summary>Reads one buffer full.</summary>
    /// <param name="buffer">Shared by all streams.</param>
    /// <param name="now">Wall clock.</param>
    /// <returns>False: nothing there now, or the log file cannot take it now.</returns>
    public bool Step(byte[] buffer, DateTimeOffset now)
    {
        if (now < _stalledUntil)
            return false;
        if (!_source.IsFifo && _source.Length < _offset)
            Truncated();
        var read = _source.Read(buffer, _offset);
        if (read <= 0)
            return false;

        var file = _log.FileOf(Stderr);
        var written = file.Write(buffer.AsSpan(0, read));
        if (written < read)
        {
            _stalledUntil = now + RetryFullDisk;
            // A FIFO's bytes are out of it: what the file did not take is lost, and counted. A spool file keeps them.
            if (_source.IsFifo)
                _log.Telemetry.LogDropped("write_failed", Math.Max(1, buffer.AsSpan(written, read - written).Count((byte)'\n')));
        }

        var taken = _source.IsFifo ? read : written;
        if (taken > 0)
        {
            _offset += taken;
            _checkpoint?.Write(_offset, file.Length);
            _log.Telemetry.LogBytes(Stderr, taken);
            _now = (now.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;
            _framer.Push(buffer.AsSpan(0, taken), _handler);
        }

        if (_offset - _released >= ReleaseStep)
        {
            _source.Release(_offset);
            _released = _offset;
        }

        return written == read;
    }

    /// <summary>The process is gone and nothing is left to read: what stands after the last newline is a line too.</summary>
    public void Finish(DateTimeOffset now)
    {
        _now = (now.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;
        _framer.Flush(_handler);
    }

    /// <summary>Somebody opened the stream by name and truncated it (<c>echo &gt; /dev/stderr</c>). What had been read is safe.</summary>
    private void Truncated()
    {
        _log.Telemetry.LogDropped("truncated");
        _offset = 0;
        _released = 0;
        _checkpoint?.Write(0, _log.FileOf(Stderr).Length);
    }

    public void Dispose()
    {
        _checkpoint?.Dispose();
        if (_checkpoint is not null)
            File.Delete(Checkpoint.PathFor(Path));
        File.Delete(Path);
    }

    /// <summary>Closes what is open and leaves the files: the process lives on without this daemon.</summary>
    public void Leave() => _checkpoint?.Dispose();
}
