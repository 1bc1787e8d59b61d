using Pharos.Core.Ports;
using Pharos.Core.Specs.Logs;
using Pharos.Logs.Framing;
using Pharos.Logs.Live;
using Pharos.Logs.Store;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Logs.Pump;

/// <summary>One stream of one incarnation: from its spool file or FIFO into its files and the lines. Pump thread only.</summary>
/// <remarks>It begins only when the tail before it, of an earlier incarnation into the same files, is done: the lines stay in order.</remarks>
internal sealed partial class StreamTail : IDisposable
{
    /// <summary>What the pump's buffer has to hold: the longest line that can be asked for, and a byte to see that it is longer.</summary>
    public const int BufferBytes = (1 << 20) + 1;

    private const long ReleaseStep = 1 << 20;
    private const long ReleaseStepBehind = 16 << 20; // the app's writes wait while a hole is made: of a flood, fewer and larger ones
    private const int Most = PumpHelper.BufferBytes; // what is read is handed on in the same buffer
    private const int Least = 4096;
    private static readonly TimeSpan PartialPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryLogFile = TimeSpan.FromSeconds(1);

    private readonly InstanceLog _log;
    private readonly IStreamSource _source;
    private readonly TimeProvider _time;
    private readonly Action<string> _warn;
    private readonly LineFramer _framer;
    private readonly LineHandler _handler;
    private readonly bool _isLookedAt;
    private StreamTail? _before; // let go as soon as it is done: else each incarnation would keep all before it
    private readonly LogSource _whose;
    private readonly SpoolNote _note;
    private readonly LogStream[] _streams;
    private readonly Batch[] _batches;
    private bool _begun;
    private bool _freshLine;
    private bool _done;
    private bool _failing;
    private bool _followed;
    private int _limit = Most;
    private int _partial;
    private long? _partialSince;
    private long _offset;
    private long _released;
    private long _now;
    private long? _stalledSince;

    public StreamTail(LogAttachment attachment, bool stderr, IStreamSource source, string path, int tag, StreamTail? before, TimeProvider time, Action<string> warn, PumpHelper? helper = null)
    {
        _log = attachment.Log;
        _source = source;
        _before = before;
        if (before is not null)
            before.Next = this;
        _time = time;
        _warn = warn;
        _helper = helper;
        Stderr = stderr;
        Path = path;
        Tag = tag;
        _whose = new LogSource(_log.Key.App, _log.Key.Index, stderr);
        _note = new SpoolNote(path);
        _streams = new LogStream[_log.FilesOf(stderr).Length];
        _batches = new Batch[_streams.Length];
        _framer = new LineFramer(_log.Spec.MaxLineBytes);
        var seen = attachment.Seen;
        _isLookedAt = seen is not null;
        _handler = (line, part) =>
        {
            _log.Line(line, part, Stderr, _now, _followed);
            seen?.Invoke(line);
        };
    }

    public bool Stderr { get; }

    public string Path { get; }

    public int Tag { get; }

    public IStreamSource Source => _source;

    /// <summary>The one of a later incarnation that begins when this one is done.</summary>
    public StreamTail? Next { get; private set; }

    public InstanceLog Log => _log;

    /// <summary>Its process is gone: what stands after the last newline is a line too.</summary>
    public bool Final { get; set; }

    /// <summary>Bytes that wait in the spool file.</summary>
    public long Unread => _source.IsFifo || !_begun ? 0 : Math.Max(0, _source.Length - _offset);

    /// <summary>Nothing ever came: of a FIFO that cannot be known, an earlier daemon may have read it.</summary>
    public bool IsUntouched => !_source.IsFifo && _begun && _offset == 0;

    /// <summary>It is a FIFO that is not read now, because its app is to wait.</summary>
    public bool IsBlocked => _blocked;

    /// <summary>The last read took all there was then.</summary>
    public bool CaughtUp { get; private set; }

    /// <summary>Whether both write into the same files.</summary>
    public bool SharesFileWith(InstanceLog log, bool stderr) => _log == log && Stderr == stderr;

    /// <summary>It may have more to read now.</summary>
    public bool HasMore => !_begun || (_source.IsFifo ? _blocked : _source.Length != _offset + (Final ? 0 : _partial) || IsTiredOfWaiting);

    /// <summary>Nothing of it waits for a time to pass: it comes back when its app prints.</summary>
    public bool IsAtRest => _begun && _partialSince is null && _stalledSince is null && !_blocked;

    /// <summary>Reads one buffer full.</summary>
    /// <param name="buffer">Shared by all streams.</param>
    /// <returns>False: nothing there now, or the log file cannot take it now.</returns>
    public bool Step(byte[] buffer)
    {
        if (_before is { _done: false } || (_stalledSince is { } since && _time.GetElapsedTime(since) < RetryLogFile))
            return false;
        _stalledSince = null;
        _before = null;
        try
        {
            if (!_begun)
                Begin();
            var went = _source.IsFifo ? StepFifo(buffer) : StepSpool(buffer);
            if (!went || CaughtUp)
                Join();
            _failing &= _stalledSince is not null;
            return went;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Stall(e.Message);
            return false;
        }
    }

    /// <summary>Nothing is left to read.</summary>
    public void Finish()
    {
        JoinAnyway();
        _now = UnixNanos();
        EndLines();
        lock (_log.Gate)
        {
            _followed = _log.IsFollowed;
            _framer.Flush(_handler);
            _log.Passed(Stderr, Position);
        }

        _log.Grown?.Invoke(Stderr);
    }

    private void EndLines()
    {
        foreach (var file in _log.FilesOf(Stderr))
        {
            try
            {
                _log.Store.Get(file).EndLine(_now, _whose);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Ignoring: without the mark the half line is one when the next process writes.
            }
        }
    }

    private long Position
    {
        get
        {
            try
            {
                return _log.FilesOf(Stderr) is [var first, ..] ? _log.Store.Get(first).End : 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return 0; // ignoring: a follower who comes now sees no past; what is wrong is said when the next line is written
            }
        }
    }

    private void Begin()
    {
        var files = _log.FilesOf(Stderr);
        foreach (var file in files)
        {
            var stream = _log.Store.Open(file);
            if (!file.Copy && !_log.Store.Files.Look(file.Path).HasValue)
                _log.Store.Files.Append(file.Path).Dispose(); // there from the beginning, for whoever follows it by name
            if (stream.Options.Copy != file.Copy)
                throw new IOException($"{file.Path} is already the file of something else");
        }

        if (!_source.IsFifo)
        {
            List<(uint Id, long Position)> halfDone = [];
            _offset = _note.Resume(_source.Length, files is [var main, ..] ? _log.Store.Files.Look(main.Path)?.Length ?? 0 : 0, _log.Store.EndOf, halfDone);
            foreach (var (id, position) in halfDone)
                _log.Store.Writers.FirstOrDefault(s => s.Id == id)?.TakeBack(position, UnixNanos());
        }

        _freshLine = _offset == 0;
        _begun = true;
        lock (_log.Gate)
            _log.Passed(Stderr, Position);
    }

    private bool StepSpool(byte[] buffer)
    {
        if (_source.Length < _offset)
            Truncated();
        var unread = Unread;
        if (MostUnread(unread) is var most && unread > most)
            Drop(buffer, most / 8 * 7, most);
        return ReadWithHelper(buffer);
    }

    private bool ReadSpool(byte[] buffer)
    {
        var read = _source.Read(buffer.AsSpan(0, _limit), _offset);
        CaughtUp = read < _limit;
        _floods = read == Most;
        if (read <= 0)
            return false;
        var bytes = buffer.AsSpan(0, read);
        var raw = Whole(bytes, ended: Final && _offset + read >= _source.Length, out var open);
        if (raw.IsEmpty && IsTiredOfWaiting)
        {
            raw = bytes; // a prompt, say: who watches the file is to see it
            open = false;
        }

        if (raw.IsEmpty)
        {
            _partial = read;
            _partialSince ??= _time.GetTimestamp();
            if (read == _limit && _limit < _log.Spec.MaxLineBytes + 1)
                _limit = _log.Spec.MaxLineBytes + 1; // one long line: all of it is needed to see where it ends
            return _limit > read && read >= Most;
        }

        _partial = 0;
        _partialSince = null;
        CaughtUp &= bytes[raw.Length..].IndexOf((byte)'\n') < 0; // nothing, or the beginning of a line
        var done = Write(raw, open, noted: true);
        if (done > 0)
        {
            var from = _offset;
            _offset += done;
            Take(raw[..done]);
            Release(from);
        }

        if (done < raw.Length)
        {
            _limit = Math.Max(Least, _limit / 2); // a formatted batch goes in whole or not at all
            Stall("the disk is full"); // the spool file keeps the rest
            return false;
        }

        _limit = Most;
        return true;
    }

    /// <summary>Of a file that takes whole lines only: one that has waited so long for its end is written as far as it came, and what follows is a line of its own.</summary>
    private bool IsTiredOfWaiting => _partialSince is { } since && _time.GetElapsedTime(since) >= PartialPatience;

    /// <summary>The part of the bytes that can be written now.</summary>
    private ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> bytes, bool ended, out bool open)
    {
        open = !ended;
        var (lines, cut) = (false, false);
        foreach (var file in _log.FilesOf(Stderr))
        {
            var stream = _log.Store.Get(file);
            lines |= stream.NeedsLines;
            cut |= stream.WantsLineEnd;
        }

        if (!lines)
            return cut && bytes.IndexOf((byte)'\n') is >= 0 and var first ? bytes[..(first + 1)] : bytes;
        if (ended)
            return bytes;
        var last = bytes.LastIndexOf((byte)'\n');
        if (last >= 0)
            return bytes[..(last + 1)];
        return bytes.Length > _log.Spec.MaxLineBytes ? bytes[.._log.Spec.MaxLineBytes] : [];
    }

    /// <summary>Into all its files, or none.</summary>
    /// <returns>Bytes that are in them.</returns>
    private int Write(ReadOnlySpan<byte> raw, bool open, bool noted)
    {
        var files = _log.FilesOf(Stderr);
        if (files.IsEmpty)
            return raw.Length;
        _now = UnixNanos();
        for (var i = 0; i < files.Length; i++)
        {
            _streams[i] = _log.Store.Get(files[i]);
            if (_freshLine && !_streams[i].BeginLine(_now))
                return 0;
        }

        for (var i = 0; i < files.Length; i++)
            _batches[i] = _streams[i].Prepare(raw, _now, _whose, open, _log.Store.Scratch[i]);
        if (noted)
            _note.Write(_offset, raw.Length, _streams, _batches);
        var written = 0;
        try
        {
            for (; written < files.Length; written++)
            {
                var done = _streams[written].Write(_batches[written], raw);
                if (done == raw.Length)
                    continue;
                if (files.Length > 1)
                    break;
                _freshLine &= done == 0;
                return done;
            }
        }
        finally
        {
            for (var i = 0; i < written && written < files.Length; i++)
                _streams[i].TakeBack(_batches[i]);
        }

        if (written < files.Length)
            return 0;
        _freshLine = false;
        return raw.Length;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        _log.Telemetry.LogBytes(Stderr, bytes.Length);
        lock (_log.Gate)
        {
            _followed = _log.IsFollowed;
            _framer.Push(_followed || _isLookedAt ? bytes : bytes[Count(bytes)..], _handler);
            _log.Passed(Stderr, Position);
        }

        _log.Grown?.Invoke(Stderr);
    }

    /// <summary>Lines that nobody looks at now are only counted, in a flood by the helper.</summary>
    /// <returns>Bytes of the lines that are done with.</returns>
    private int Count(ReadOnlySpan<byte> bytes)
    {
        var first = 0;
        if (_framer.IsWithinLine)
        {
            first = bytes.IndexOf((byte)'\n') + 1;
            if (first == 0)
                return 0;
            _framer.Push(bytes[..first], _handler);
        }

        return _lent is null ? first + _log.Count(bytes[first..]) : LeaveToHelper(first, bytes.LastIndexOf((byte)'\n') + 1);
    }

    private void Release(long upTo)
    {
        // The last batch stays in the spool file until the next one is noted: a daemon that dies may have to read it again.
        if (upTo - _released < (CaughtUp ? ReleaseStep : ReleaseStepBehind))
            return;
        _released = upTo;
        if (_isHelped)
            _helper!.Release(_source, upTo);
        else
            _source.Release(upTo);
    }

    /// <summary>Somebody opened the stream by name and truncated it (<c>echo &gt; /dev/stderr</c>). What had been read is safe.</summary>
    private void Truncated()
    {
        Join();
        _log.Telemetry.LogDropped(LogDropReasons.Truncated);
        _offset = 0;
        _released = 0;
        _partial = 0;
        _partialSince = null;
        _note.Write(0, 0, [], []);
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
            _warn($"cannot write {(Stderr ? "stderr" : "stdout")} of {_log.Key} to its log file: {why}; {(_source.IsFifo && _log.Spec.Overflow == LogOverflow.Drop ? "what comes meanwhile is not in the file" : "tried again each second, nothing is lost")}");
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
                File.Delete(SpoolNote.PathFor(Path));
            File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ignoring: a runtime directory goes away when its user logs out, and its files with it.
        }
    }

    /// <summary>Closes what is open and leaves the files: the process lives on without this daemon.</summary>
    public void Leave()
    {
        JoinAnyway();
        _note.Dispose();
    }
}
