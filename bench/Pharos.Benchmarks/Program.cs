using Pharos.Benchmarks;
using Pharos.Benchmarks.Micro;
using Pharos.Benchmarks.SideBySide;
using Pharos.Benchmarks.Table;

const string usage = """
    pharos benchmarks: see bench/README.md

      restart [--count 100]                   how long an app is away after kill -9, by its own clock
      idle    [--instances 100] [--seconds 40]  CPU and memory of the daemon with idle instances
      list    [--instances 20] [--count 20]   time and CPU of one 'list'
      start   [--instances 50] [--count 3]    time and CPU of starting that many instances
      scale   [--instances 1000] [--seconds 60]  start, list, stop, memory and CPU with very many instances
      cluster [--connections 64] [--seconds 10] [--count 3]  requests per second of a Node app with two processes (needs wrk)
      flood   [--megabytes 1024] [--rounds 5]  a flood into a file in turns with cat and supervisord: MB/s and CPU, median and range
      logs    [--megabytes 1024] [--slow-megabytes 128] [--seconds 20]  output into a file: MB/s, CPU, memory, every line there once
      table   [--only LINE,LINE] [--quick] [--no-write]  all measures beside PM2 and their targets, as a table in docs/performance.md; 'table --only help' names the lines
      [--long] [BENCHMARKDOTNET ARGUMENTS]    micro benchmarks, all of them unless --filter says which

    They measure what './build.sh publish' made, or --dist FOLDER; and PM2 beside it when
    bench/pm2/install was run, unless --no-pm2 is given.
    """;

try
{
    switch (args)
    {
        case ["restart", .. var rest]:
            return RestartVerb.Run(new Arguments(rest, "--count"));
        case ["idle", .. var rest]:
            return IdleVerb.Run(new Arguments(rest, "--instances", "--seconds"));
        case ["list", .. var rest]:
            return ListVerb.Run(new Arguments(rest, "--instances", "--count"));
        case ["start", .. var rest]:
            return StartVerb.Run(new Arguments(rest, "--instances", "--count"));
        case ["scale", .. var rest]:
            return ScaleVerb.Run(new Arguments(rest, "--instances", "--seconds"));
        case ["cluster", .. var rest]:
            return ClusterVerb.Run(new Arguments(rest, "--connections", "--seconds", "--count"));
        case ["flood", .. var rest]:
            return FloodVerb.Run(new Arguments(rest, "--megabytes", "--rounds"));
        case ["logs", .. var rest]:
            return LogsVerb.Run(new Arguments(rest, "--megabytes", "--slow-megabytes", "--seconds"));
        case ["table", .. var rest]:
            return TableVerb.Run(rest);
        case ["print-lines", var rate, var seconds]:
            return LogMeasures.Print(int.Parse(rate), int.Parse(seconds));
        case ["help" or "--help" or "-h", ..]:
            Console.WriteLine(usage);
            return 0;
        default:
            return MicroBenchmarks.Run(args);
    }
}
catch (CannotMeasureException e)
{
    Console.Error.WriteLine($"bench: {e.Message}");
    return 2;
}
