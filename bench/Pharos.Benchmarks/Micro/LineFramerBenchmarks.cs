using System.Text;
using BenchmarkDotNet.Attributes;
using Pharos.Logs.Framing;

namespace Pharos.Benchmarks.Micro;

/// <summary>1 MiB of output, as it is read from a spool file. A gigabyte per second is a mean of 977 microseconds.</summary>
public class LineFramerBenchmarks
{
    private const int Bytes = 1024 * 1024;
    private readonly LineFramer _framer = new();
    private byte[] _output = [];
    private LineHandler _count = (_, _) => { };
    private long _lines;

    /// <summary>Of each line, newline included.</summary>
    [Params(32, 120, 1000)]
    public int LineBytes { get; set; }

    [GlobalSetup]
    public void Make()
    {
        var line = new string('x', LineBytes - 1) + "\n";
        _output = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(line, (Bytes / LineBytes) + 1)))[..Bytes];
        _count = (_, _) => _lines++;
    }

    [Benchmark]
    public long One_read_of_a_mebibyte()
    {
        _framer.Push(_output, _count);
        return _lines;
    }

    [Benchmark]
    public long Reads_of_4_kibibytes()
    {
        for (var at = 0; at < Bytes; at += 4096)
            _framer.Push(_output.AsSpan(at, 4096), _count);
        return _lines;
    }
}
