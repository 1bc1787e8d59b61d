using System.Collections.Concurrent;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Pharos.Core.Ports;
using Pharos.Core.Specs.Logs;
using Pharos.Linux.Streams;
using Pharos.Logs.Framing;
using Pharos.Logs.Live;
using Pharos.Logs.Pump;
using Pharos.Logs.Store;

namespace Pharos.Logs.Tests.Store;

/// <summary>An output that is in memory: a spool file that grows when the test says so.</summary>
internal sealed class MemorySpool(byte[] all) : IStreamSource
{
    public long Grown { get; set; }

    public long Length => Grown;

    public long Room { get; set; } = long.MaxValue;

    public bool IsFifo => false;

    public int Read(Span<byte> buffer, long offset)
    {
        var count = (int)Math.Clamp(Grown - offset, 0, buffer.Length);
        all.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public void Release(long upTo)
    {
    }

    public void Dispose()
    {
    }
}

/// <summary>Log files of which a copy can be taken before any write, as a killed daemon would have left them, and put back; files keep who they are over that.</summary>
internal sealed class MortalFiles(string home) : ILogFiles
{
    private readonly LogFiles _real = new();
    private readonly Dictionary<FileIdentity, FileIdentity> _known = [];
    private long _files;

    /// <summary>Is called before each write and each opening, with what is about to be written.</summary>
    public Action<string, byte[]>? Before { get; set; }

    public IAppendFile Append(string path)
    {
        Before?.Invoke(path, []);
        return new Appended(this, _real.Append(path), path);
    }

    public FileFacts? Look(string path) => _real.Look(path) is { } facts ? As(facts) : null;

    public FileFacts Look(SafeFileHandle file) => As(_real.Look(file));

    public void LetOthersGoFirst()
    {
    }

    public Snapshot Take() => new([.. Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories)
        .Select(path => (path, File.ReadAllBytes(path), As(_real.Look(path)!.Value).Identity))]);

    public void PutBack(Snapshot snapshot)
    {
        foreach (var path in Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories))
            File.Delete(path);
        _known.Clear(); // the file system gives the numbers of deleted files to others
        foreach (var (path, bytes, identity) in snapshot.Files)
        {
            File.WriteAllBytes(path, bytes);
            _known[_real.Look(path)!.Value.Identity] = identity;
        }
    }

    private FileFacts As(FileFacts facts)
    {
        if (!_known.TryGetValue(facts.Identity, out var known))
            _known[facts.Identity] = known = new FileIdentity(0, ++_files);
        return facts with { Identity = known };
    }

    public sealed record Snapshot(IReadOnlyList<(string Path, byte[] Bytes, FileIdentity Identity)> Files);

    private sealed class Appended(MortalFiles files, IAppendFile file, string path) : IAppendFile
    {
        public long Length => file.Length;

        public FileFacts Facts => files.As(file.Facts);

        public void Truncate(long length) => file.Truncate(length);

        public int Write(ReadOnlySpan<byte> bytes)
        {
            files.Before?.Invoke(path, bytes.ToArray());
            return file.Write(bytes);
        }

        public void Dispose() => file.Dispose();
    }
}

/// <summary>A daemon's whole way of a line, without its threads: from a spool file in memory into the store, and back by a reader.</summary>
internal sealed class Shelf : IDisposable
{
    private readonly ConcurrentQueue<Action> _orders = new();
    private readonly byte[] _buffer = new byte[StreamTail.BufferBytes];
    private readonly List<(MemorySpool Spool, StreamTail Tail)> _tails = [];

    public Shelf(string home, ILogFiles files, LogSpec logs, int instances = 1)
    {
        Store = new LogStore(files, home + "/store", _ => { });
        Store.Keeper.Order = _orders.Enqueue; // the pump's thread is the test's
        Logs = [.. Enumerable.Range(0, instances).Select(i => Samples.Log(home, logs: logs, store: Store, index: i))];
        Directory.CreateDirectory(home + "/spool");
        Home = home;
    }

    public string Home { get; }

    public LogStore Store { get; }

    public IReadOnlyList<InstanceLog> Logs { get; }

    public MemorySpool Attach(byte[] all, bool stderr = false, int instance = 0)
    {
        var spool = new MemorySpool(all);
        _tails.Add((spool, new StreamTail(new LogAttachment(Logs[instance], null), stderr, spool, $"{Home}/spool/{instance}.{stderr}", 1 + _tails.Count, null, new Patient(), _ => { })));
        return spool;
    }

    /// <summary>Reads what is there of all.</summary>
    public void Pump(bool final = false)
    {
        foreach (var (_, tail) in _tails)
        {
            tail.Final = final;
            while (tail.Step(_buffer))
            {
            }

            if (final)
                tail.Finish();
        }

        while (_orders.TryDequeue(out var order))
            order();
    }

    public static List<(string Line, int Part)> Framed(byte[] all, int maxLine)
    {
        List<(string, int)> lines = [];
        var framer = new LineFramer(maxLine);
        framer.Push(all, (line, part) => lines.Add((Convert.ToHexString(line), part)));
        framer.Flush((line, part) => lines.Add((Convert.ToHexString(line), part)));
        return lines;
    }

    /// <summary>Everything that a reader finds, read in pieces.</summary>
    public List<(string Line, int Part)> Read(string path, LogSource? only = null, int atOnce = int.MaxValue)
    {
        List<(string, int)> lines = [];
        using var reader = Store.Reader(path);
        var at = 0L;
        for (var end = false; !end;)
        {
            var left = atOnce;
            (at, end) = reader.Read(at, (in StoredLine line) =>
            {
                if (line.Position < at)
                    throw new InvalidOperationException($"position {line.Position} before {at}");
                if (only is null || line.Source == only)
                    lines.Add((Convert.ToHexString(line.Bytes), line.Part));
                return --left > 0;
            });
        }

        return lines;
    }

    public static string Text(IEnumerable<(string Line, int Part)> lines) =>
        string.Join("\n", lines.Select(l => $"{l.Part} {Encoding.Latin1.GetString(Convert.FromHexString(l.Line))}"));

    public void Dispose()
    {
        foreach (var (_, tail) in _tails)
            tail.Leave();
        Store.Dispose();
    }

    /// <summary>No line waits for its end until somebody tires of it, however slow the machine is.</summary>
    private sealed class Patient : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
