using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Pharos.TestKit;

namespace Pharos.Benchmarks.Table;

/// <summary>The programs of <c>bench/programs</c>, compiled for this run.</summary>
internal sealed class Programs : IDisposable
{
    private readonly TempHome _home = new();

    public Programs() => (Sleeper, Floor) = (Compile("sleeper"), Compile("floor"));

    /// <summary>Writes its clock into the file of its first argument and sleeps; with a second argument it ends.</summary>
    public string Sleeper { get; }

    /// <summary>Spawns, and spawns again what ends.</summary>
    public string Floor { get; }

    /// <summary>A file for <see cref="Sleeper"/>, empty.</summary>
    public ClockLines Clock(string name)
    {
        var path = _home.File(name + ".clock");
        File.Delete(path);
        return new ClockLines(path);
    }

    /// <summary>Runs <see cref="Floor"/> until it is disposed.</summary>
    public FloorRun StartFloor(int count, params string[] command) => new(Process.Start(Floor, [count.ToString(CultureInfo.InvariantCulture), .. command]));

    public void Dispose() => _home.Dispose();

    private string Compile(string name)
    {
        var target = _home.File(name);
        try
        {
            using var gcc = Process.Start("gcc", ["-O2", "-o", target, Repository.PathOf("bench", "programs", name + ".c")]);
            gcc.WaitForExit();
            return gcc.ExitCode == 0 ? target : throw new CannotMeasureException($"gcc ended with {gcc.ExitCode}");
        }
        catch (Win32Exception)
        {
            throw new CannotMeasureException("gcc is not there: apt-get install gcc libc6-dev");
        }
    }

    /// <summary>The bare loop in C, while it runs.</summary>
    internal sealed class FloorRun(Process process) : IDisposable
    {
        public int Pid => process.Id;

        public void Dispose()
        {
            using (process)
            {
                using var kill = Process.Start("/bin/kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
                process.WaitForExit();
            }
        }
    }
}

/// <summary>The clocks of the sleepers of one file.</summary>
internal sealed class ClockLines(string path)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Path => path;

    /// <summary>What is there by now: when each began, CLOCK_MONOTONIC in nanoseconds, and its process id.</summary>
    public IReadOnlyList<(long At, int Pid)> Read()
    {
        if (!File.Exists(path))
            return [];
        var text = File.ReadAllText(path);
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).Select(w => (long.Parse(w[0], CultureInfo.InvariantCulture), int.Parse(w[1], CultureInfo.InvariantCulture)))];
    }

    /// <summary>Waits until so many are there.</summary>
    public IReadOnlyList<(long At, int Pid)> Await(int count)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; Thread.Sleep(1))
        {
            if (new FileInfo(path) is { Exists: true, Length: > 0 } && Read() is var lines && lines.Count >= count)
                return lines;
        }

        throw new CannotMeasureException($"not {count} processes began within {Patience.TotalSeconds:F0} s");
    }

    /// <summary>Forgets what was.</summary>
    public void Clear() => File.Delete(path);
}
