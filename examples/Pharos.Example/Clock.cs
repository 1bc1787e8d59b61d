using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Pharos.Example;

/// <summary>
/// Lets a benchmark compute how long this process was away by its own clock: with <c>PHAROS_EXAMPLE_CLOCK=FILE</c> it appends
/// <c>start NS PID</c> before anything else, <c>listening NS</c>, and <c>beat NS</c> each millisecond (NS of CLOCK_MONOTONIC).
/// </summary>
internal static class Clock
{
    private const int Off = -1;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(1);
    private static int _file = Off;

    public static void Start()
    {
        var now = Stopwatch.GetTimestamp(); // CLOCK_MONOTONIC in nanoseconds on Linux
        if (Environment.GetEnvironmentVariable("PHAROS_EXAMPLE_CLOCK") is { Length: > 0 } path)
        {
            _file = Libc.OpenAppend(path);
            Append($"start {now} {Environment.ProcessId}\n");
        }
    }

    public static void Listening()
    {
        if (_file != Off)
        {
            Append($"listening {Stopwatch.GetTimestamp()}\n");
            new Thread(BeatForEver) { IsBackground = true }.Start();
        }
    }

    private static void BeatForEver()
    {
        Span<byte> line = stackalloc byte[32];
        "beat "u8.CopyTo(line);
        while (true)
        {
            Stopwatch.GetTimestamp().TryFormat(line[5..], out var digits, provider: CultureInfo.InvariantCulture);
            line[5 + digits] = (byte)'\n';
            Libc.Write(_file, line[..(5 + digits + 1)]);
            Thread.Sleep(Beat);
        }
    }

    private static void Append(string line) => Libc.Write(_file, Encoding.UTF8.GetBytes(line));
}
