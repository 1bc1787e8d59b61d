using System.Collections.Concurrent;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Logs.Live;
using Pharos.Logs.Store;

namespace Pharos.Logs.Pump;

/// <summary>Is shown a line of one incarnation, on the pump's thread. Must not block.</summary>
/// <param name="line">The line without its newline.</param>
public delegate void LineSeen(ReadOnlySpan<byte> line);

/// <summary>The two streams of one incarnation while the pump reads them.</summary>
public sealed class LogAttachment
{
    internal LogAttachment(InstanceLog log, LineSeen? seen)
    {
        Log = log;
        Seen = seen;
    }

    internal InstanceLog Log { get; }

    internal LineSeen? Seen { get; }

    internal List<StreamTail> Tails { get; } = [];

    internal TaskCompletionSource Drained { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool Draining { get; set; }

    /// <summary>Nothing was ever printed, as far as is known when it is drained.</summary>
    public bool IsUntouched { get; internal set; }
}

/// <summary>Reads the output of all instances on one thread. Always drains: an unread pipe would make us the outage.</summary>
public sealed class LogPump : IDisposable
{
    private const int RoundsPerStream = 8;
    private static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan CoalesceFifos = TimeSpan.FromMilliseconds(2); // a pipe may hold 64 KiB only, and then its app waits
    private static readonly TimeSpan LookAtAll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAtAllAtRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAtDraining = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LookAfterFiles = TimeSpan.FromSeconds(30);

    private readonly IStreamWatch _watch;
    private readonly LogStore _store;
    private readonly TimeProvider _time;
    private readonly Action<string> _warn;
    private readonly ConcurrentQueue<Action> _orders = new();
    private readonly Dictionary<int, StreamTail> _tails = [];
    private readonly HashSet<int> _dirty = [];
    private readonly List<int> _turn = [];
    private readonly List<LogAttachment> _draining = [];
    private readonly byte[] _buffer = new byte[StreamTail.BufferBytes];
    private readonly PumpHelper? _helper = Environment.ProcessorCount > 1 ? new() : null; // it is of use beside the pump only
    private readonly Thread _thread;
    private int _nextTag;
    private bool _readFifo;
    private volatile bool _stopping;

    /// <param name="watch">Tells which streams have something; owned by the pump from here on.</param>
    /// <param name="store">Where files are kept; written by the pump's thread only, from here on.</param>
    /// <param name="time">Wall clock.</param>
    /// <param name="warn">Takes a line for the daemon's log.</param>
    public LogPump(IStreamWatch watch, LogStore store, TimeProvider time, Action<string> warn)
    {
        _watch = watch;
        _store = store;
        store.Keeper.Order = Order;
        _time = time;
        _warn = warn;
        _thread = new Thread(Run) { IsBackground = true, Name = "log-pump" };
        _thread.Start();
    }

    /// <summary>Begins to read the streams of an incarnation. They must exist.</summary>
    /// <param name="log">Where its lines go.</param>
    /// <param name="outPath">stdout.</param>
    /// <param name="errPath">stderr.</param>
    /// <param name="mode">Spool files or FIFOs.</param>
    /// <param name="seen">Is shown each line; null: nobody.</param>
    /// <returns>What to hand to <see cref="DrainAsync"/> when the process has ended.</returns>
    public LogAttachment Attach(InstanceLog log, string outPath, string errPath, StdioMode mode, LineSeen? seen = null)
    {
        var attachment = new LogAttachment(log, seen);
        // Opened here and now: what a process prints into a FIFO that nobody has open yet is gone when it ends.
        foreach (var (path, stderr) in new[] { (outPath, false), (errPath, true) })
        {
            var tag = Interlocked.Increment(ref _nextTag);
            try
            {
                var source = _watch.Open(path, mode, tag);
                Order(() => Follow(attachment, source, path, stderr, tag));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                CannotRead(log, path, stderr, e);
            }
        }

        return attachment;
    }

    /// <summary>The process has ended: reads what is left, gives the streams up and deletes them.</summary>
    /// <param name="attachment">What <see cref="Attach"/> gave.</param>
    /// <returns>Completes when every byte is in its file.</returns>
    public Task DrainAsync(LogAttachment attachment)
    {
        Order(() =>
        {
            if (!attachment.Draining)
            {
                attachment.Draining = true;
                foreach (var tail in attachment.Tails)
                {
                    tail.Final = true;
                    _dirty.Add(tail.Tag);
                }

                _draining.Add(attachment);
            }
        });
        return attachment.Drained.Task;
    }

    /// <summary>Gives a stream that nobody reads another name, and what was noted of it as well.</summary>
    /// <param name="path">Its name; nothing is done when it is not there.</param>
    /// <param name="to">The new one.</param>
    public static void Rename(string path, string to)
    {
        if (!File.Exists(path))
            return;
        // The note is there under both names in between: whenever we are killed, it is where its stream is.
        var (note, noteTo) = (SpoolNote.PathFor(path), SpoolNote.PathFor(to));
        if (File.Exists(note))
            File.Copy(note, noteTo, overwrite: true);
        File.Move(path, to);
        File.Delete(note);
    }

    private void Order(Action order)
    {
        _orders.Enqueue(order);
        _watch.Wake();
    }

    private void Follow(LogAttachment attachment, IStreamSource source, string path, bool stderr, int tag)
    {
        var before = _tails.Values.Where(t => t.SharesFileWith(attachment.Log, stderr)).MaxBy(t => t.Tag);
        var tail = new StreamTail(attachment, stderr, source, path, tag, before, _time, _warn, _helper);
        attachment.Tails.Add(tail);
        _tails.Add(tag, tail);
        _dirty.Add(tag);
    }

    private void CannotRead(InstanceLog log, string path, bool stderr, Exception e) =>
        _warn($"cannot read {(stderr ? "stderr" : "stdout")} of {log.Key} from {path}: {e.Message}");

    private void Run()
    {
        Span<int> changed = stackalloc int[256];
        var lastLook = _time.GetTimestamp();
        var lastLookAfter = lastLook;
        var look = LookAtAll;
        while (!_stopping)
        {
            var patience = _dirty.Count > 0 || !_orders.IsEmpty ? TimeSpan.Zero : _draining.Count > 0 ? LookAtDraining : look;
            var count = _watch.Wait(changed, patience, out var overflow);
            foreach (var tag in changed[..count])
                _dirty.Add(tag);
            while (_orders.TryDequeue(out var order))
                order();
            // Notices can be lost (a full inotify queue says so); a look at every length costs a microsecond per stream.
            if (overflow || _time.GetElapsedTime(lastLook) >= look)
            {
                lastLook = _time.GetTimestamp();
                look = count > 0 ? LookAtAll : LookAtAllAtRest;
                foreach (var tail in _tails.Values)
                {
                    if (overflow || tail.HasMore)
                        _dirty.Add(tail.Tag);
                    if (!tail.IsAtRest)
                        look = LookAtAll;
                }

                if (_dirty.Count > 0)
                {
                    look = LookAtAll;
                    DropWhatIsOver();
                }
            }
            else if (count > 0)
            {
                look = LookAtAll; // something is printed
            }

            if (_time.GetElapsedTime(lastLookAfter) >= LookAfterFiles)
            {
                lastLookAfter = _time.GetTimestamp();
                _store.LookAfter(UnixNanos());
            }

            var read = ReadDirty();
            if (read && _dirty.Count == 0 && _draining.Count == 0)
                _watch.Rest(_readFifo ? CoalesceFifos : Coalesce); // a program that writes line by line is read by the batch, not by the line
            else if (!read && count > 0 && _tails.Values.Any(t => t.IsBlocked))
                Thread.Sleep(LookAtDraining); // a FIFO that is not read is ready all the time
            FinishDrained();
        }

        foreach (var tail in _tails.Values)
        {
            tail.Leave();
            _watch.Close(tail.Source);
        }

        _store.Dispose();
        _watch.Dispose();
    }

    /// <summary>All instances of an app together are over what may wait: the one that has most gives.</summary>
    private void DropWhatIsOver()
    {
        foreach (var app in _tails.Values.GroupBy(t => t.Log.Key.App))
        {
            var unread = app.Sum(t => t.Unread);
            var most = app.First().MostUnread(unread);
            foreach (var tail in unread > most ? app.OrderByDescending(t => t.Unread) : Enumerable.Empty<StreamTail>())
            {
                if (unread <= most)
                    break;
                var leave = Math.Max(0, tail.Unread - (unread - (most / 8 * 7)));
                unread -= tail.Unread - leave;
                try
                {
                    tail.Drop(_buffer, leave, most);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    _warn($"cannot drop output of {tail.Log.Key} that is over its limit: {e.Message}");
                }
            }
        }
    }

    private long UnixNanos() => (_time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;

    /// <returns>True when something was read.</returns>
    private bool ReadDirty()
    {
        var any = false;
        _readFifo = false;
        _turn.Clear();
        _turn.AddRange(_dirty);
        foreach (var tag in _turn)
        {
            _dirty.Remove(tag);
            if (!_tails.TryGetValue(tag, out var tail))
                continue;
            any |= ReadSome(tail);
        }

        return any;
    }

    /// <returns>True when something was read.</returns>
    private bool ReadSome(StreamTail tail)
    {
        var rounds = 0;
        while (rounds < RoundsPerStream && tail.Step(_buffer))
        {
            rounds++;
            if (tail.CaughtUp)
                break;
        }

        if (rounds == RoundsPerStream && !tail.CaughtUp)
            _dirty.Add(tail.Tag); // others first, then on with this one
        _readFifo |= rounds > 0 && tail.Source.IsFifo;
        return rounds > 0;
    }

    private void FinishDrained()
    {
        for (var i = 0; i < _draining.Count; i++)
        {
            var attachment = _draining[i];
            if (attachment.Tails.Any(t => _dirty.Contains(t.Tag)))
                continue;
            var more = false;
            foreach (var tail in attachment.Tails)
                more |= ReadSome(tail);

            // What a full disk keeps in the spool is not given up.
            if (more || attachment.Tails.Any(t => t.HasMore))
                continue;
            foreach (var tail in attachment.Tails)
            {
                tail.Finish();
                if (tail.Next is { } next)
                    _dirty.Add(next.Tag); // it may begin
                _tails.Remove(tail.Tag);
                _watch.Close(tail.Source);
                tail.Dispose();
            }

            attachment.IsUntouched = attachment.Tails.TrueForAll(t => t.IsUntouched);
            _draining.RemoveAt(i--);
            attachment.Drained.TrySetResult();
        }
    }

    /// <summary>Opens all log files anew by their names: somebody rotated them.</summary>
    /// <returns>Completes when that is done.</returns>
    public Task ReopenAsync() => OrderAsync(() => _store.Reopen(UnixNanos()));

    /// <summary>Empties log files, and deletes their rotations.</summary>
    /// <param name="logs">Whose.</param>
    /// <returns>Completes when that is done.</returns>
    public Task FlushAsync(IReadOnlyList<InstanceLog> logs) => OrderAsync(() =>
    {
        foreach (var file in logs.SelectMany(l => l.FilesOf(stderr: false).Concat(l.FilesOf(stderr: true))).DistinctBy(f => f.Path))
            _store.Get(file).Clear(UnixNanos());
    });

    /// <summary>Waits until everything that ended processes have printed is in its file.</summary>
    /// <param name="patience">How long at most: a full disk may keep some of it.</param>
    public async Task SettleAsync(TimeSpan patience)
    {
        Task[] draining = [];
        await OrderAsync(() => draining = [.. _draining.Select(a => a.Drained.Task)]);
        await Task.WhenAny(Task.WhenAll(draining), Task.Delay(patience, _time));
    }

    private Task OrderAsync(Action order)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Order(() =>
        {
            try
            {
                order();
                done.SetResult();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>Closes the log files of an instance that is deleted. Here, because only the pump's thread writes them; what still drains opens them anew.</summary>
    /// <param name="log">The instance's output.</param>
    public void Release(InstanceLog log) => Order(log.Dispose);

    /// <summary>Ends the thread; the streams of running processes stay as they are for the next daemon.</summary>
    public void Dispose()
    {
        _stopping = true;
        _watch.Wake();
        _thread.Join(TimeSpan.FromSeconds(5));
    }
}
