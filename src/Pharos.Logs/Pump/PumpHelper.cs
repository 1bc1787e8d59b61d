using Pharos.Core.Ports;
using Pharos.Logs.Framing;
using Pharos.Logs.Live;

namespace Pharos.Logs.Pump;

/// <summary>A second thread for a flood: it counts the lines that the pump has written, and frees what was read of spool files. It ends when there is no flood.</summary>
/// <remarks>What it does may be late and in any order, so nothing waits for it but <see cref="Join"/>. Members are for the pump's thread, unless they say otherwise.</remarks>
internal sealed class PumpHelper
{
    /// <summary>Of each buffer.</summary>
    public const int BufferBytes = 256 * 1024;

    private const int Buffers = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly object _gate = new(); // guards all below
    private readonly Queue<Job> _jobs = new();
    private readonly Stack<byte[]> _free = new();
    private int _made;
    private bool _running;
    private bool _waiting;
    private bool _working;
    private IOException? _fault;

    /// <summary>A buffer that nobody uses.</summary>
    /// <returns>Null: all have bytes that are still to be counted.</returns>
    public byte[]? Rent()
    {
        lock (_gate)
        {
            if (_free.TryPop(out var buffer))
                return buffer;
            return _made < Buffers ? (_made++, new byte[BufferBytes]).Item2 : null;
        }
    }

    /// <summary>It is not used.</summary>
    public void Return(byte[] buffer)
    {
        lock (_gate)
            _free.Push(buffer);
    }

    /// <summary>Counts whole lines, and returns the buffer.</summary>
    /// <param name="log">Whose.</param>
    /// <param name="stderr">Of which stream.</param>
    /// <param name="buffer">From <see cref="Rent"/>.</param>
    /// <param name="lines">Where in it they are.</param>
    public void Count(InstanceLog log, bool stderr, byte[] buffer, Range lines) => Do(new(log, stderr, buffer, lines, null, 0));

    /// <summary>Frees what was read.</summary>
    /// <param name="source">Open until <see cref="Join"/>.</param>
    /// <param name="upTo">First byte that stays.</param>
    public void Release(IStreamSource source, long upTo) => Do(new(null, false, null, default, source, upTo));

    /// <summary>Completes all that was given: what is not begun is done here and now.</summary>
    /// <exception cref="IOException">Something could not be freed.</exception>
    public void Join()
    {
        while (true)
        {
            Job job;
            lock (_gate)
            {
                if (!_jobs.TryDequeue(out job))
                {
                    while (_working)
                        Monitor.Wait(_gate);
                    if (Interlocked.Exchange(ref _fault, null) is { } fault)
                        throw new IOException(fault.Message, fault);
                    return;
                }
            }

            Perform(job);
        }
    }

    private void Do(Job job)
    {
        lock (_gate)
        {
            _jobs.Enqueue(job);
            if (!_running)
            {
                _running = true;
                new Thread(Run) { IsBackground = true, Name = "log-count" }.Start();
            }
            else if (_waiting)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Run()
    {
        while (true)
        {
            Job job;
            lock (_gate)
            {
                _working = false;
                Monitor.PulseAll(_gate);
                while (!_jobs.TryDequeue(out job))
                {
                    _waiting = true;
                    var pulsed = Monitor.Wait(_gate, Patience);
                    _waiting = false;
                    if (pulsed || _jobs.Count > 0)
                        continue;
                    _running = false;
                    _made -= _free.Count;
                    _free.Clear();
                    return;
                }

                _working = true;
            }

            Perform(job);
        }
    }

    private void Perform(in Job job)
    {
        try
        {
            if (job.Log is not null)
                CountLines(job.Log, job.Stderr, job.Buffer.AsSpan(job.Lines));
            job.Source?.Release(job.UpTo);
        }
        catch (IOException e)
        {
            Interlocked.Exchange(ref _fault, e);
        }

        if (job.Buffer is not null)
            Return(job.Buffer);
    }

    private static void CountLines(InstanceLog log, bool stderr, ReadOnlySpan<byte> lines)
    {
        Span<int> bands = stackalloc int[InstanceLog.Bands];
        bands.Clear();
        var done = log.Count(lines, bands);
        log.Telemetry.LogLines(stderr, bands);
        if (done == lines.Length)
            return;
        var own = new int[InstanceLog.Bands]; // a line that is longer than may be is counted in its parts
        new LineFramer(log.Spec.MaxLineBytes).Push(lines[done..], (line, part) => own[InstanceLog.BandOf(line, part)]++);
        log.Telemetry.LogLines(stderr, own);
    }

    private readonly record struct Job(InstanceLog? Log, bool Stderr, byte[]? Buffer, Range Lines, IStreamSource? Source, long UpTo);
}
