using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>What the example wrote about its own life (PHAROS_EXAMPLE_CLOCK, examples/README.md): <c>start NS PID</c>, then <c>beat NS</c> each millisecond.</summary>
internal sealed class ClockFile(string path)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<double> _away = [];
    private readonly StringBuilder _rest = new();
    private long _offset;
    private long _started;
    private long _lastBeat;
    private int _starts;

    /// <summary>Milliseconds from the last beat of a process to the first line of the next, in their order.</summary>
    public IReadOnlyList<double> AwayMilliseconds => _away;

    /// <summary>The newest process.</summary>
    public int Pid { get; private set; }

    /// <summary>Waits until this many processes have started, and the newest of them has beaten for so long.</summary>
    /// <exception cref="CannotMeasureException">It did not come.</exception>
    public void WaitForLife(int starts, TimeSpan length)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            Read();
            if (_starts > starts)
                throw new CannotMeasureException($"the process before {Pid} ended without having been killed: {_starts} starts, {starts} expected");
            if (_starts == starts && _lastBeat - _started >= length.TotalNanoseconds)
                return;
            if (watch.Elapsed > Patience)
                throw new CannotMeasureException($"start {starts} did not come within {Patience.TotalSeconds:F0} s, {_starts} did; see {path}");
            Thread.Sleep(25);
        }
    }

    private void Read()
    {
        if (!File.Exists(path))
            return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(_offset, SeekOrigin.Begin);
        var bytes = new byte[file.Length - _offset];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        _offset += count;
        _rest.Append(Encoding.ASCII.GetString(bytes, 0, count));
        var lines = _rest.ToString().Split('\n');
        _rest.Clear().Append(lines[^1]); // an unfinished line waits for its rest
        foreach (var line in lines[..^1])
            Take(line.Split(' '));
    }

    private void Take(string[] words)
    {
        var at = long.Parse(words[1], CultureInfo.InvariantCulture);
        switch (words[0])
        {
            case "start":
                if (_starts++ > 0)
                    _away.Add((at - _lastBeat) / 1e6);
                (_started, _lastBeat) = (at, at);
                Pid = int.Parse(words[2], CultureInfo.InvariantCulture);
                break;
            case "beat":
                _lastBeat = at;
                break;
        }
    }
}
