namespace Pharos.Example;

/// <summary>What the example can be told to do.</summary>
internal sealed class Routes(string instance, Action quit)
{
    private const int Megabyte = 1 << 20;
    private const int PageBytes = 4096;

    private readonly List<byte[]> _leaked = []; // guarded by itself: each connection has a thread
    private volatile bool _sick;

    public Response Answer(Request request) => request.Path switch
    {
        _ when request.Method is not ("GET" or "HEAD") => new(405, "only GET"),
        "/" => new(200, $"hello from pid {Environment.ProcessId}, instance {instance}"),
        "/health" => _sick ? new(503, "sick") : new(200, "ok"),
        "/sick" => Turn(sick: true),
        "/well" => Turn(sick: false),
        "/slow" => Slow(request.Number("ms", 500)),
        "/log" => WriteLines(request.Number("lines", 100), request.Text("level", "info"), request.Text("stream", "out")),
        "/leak" => Leak(request.Number("mb", 20)),
        "/crash" => Crash(request.Number("code", 1)),
        "/abort" => new(200, "aborting", () => Environment.FailFast("told to abort")), // dies of SIGABRT
        "/quit" => new(200, "bye", quit),
        _ => new(404, "/ /health /sick /well /slow?ms=500 /log?lines=100&level=error&stream=err /leak?mb=20 /crash?code=3 /abort /quit"),
    };

    private Response Turn(bool sick)
    {
        _sick = sick;
        return new(200, sick ? "/health answers 503 from now on" : "/health answers 200 from now on");
    }

    private static Response Slow(int milliseconds)
    {
        Thread.Sleep(milliseconds);
        return new(200, $"took {milliseconds} ms");
    }

    private static Response WriteLines(int lines, string level, string stream)
    {
        var fd = stream == "err" ? Libc.StandardError : Libc.StandardOutput;
        for (var line = 1; line <= lines; line++)
        {
            Log.Write(fd, level, $"line {line} of {lines}");
        }

        return new(200, $"wrote {lines} lines");
    }

    private Response Leak(int megabytes)
    {
        var block = GC.AllocateUninitializedArray<byte>(Math.Min(megabytes, 1024) * Megabyte);
        for (var at = 0; at < block.Length; at += PageBytes)
        {
            block[at] = 1; // memory that was never written to is not resident
        }

        lock (_leaked)
        {
            _leaked.Add(block);
            return new(200, $"holding {_leaked.Sum(b => (long)b.Length) / Megabyte} MB");
        }
    }

    private static Response Crash(int code) => new(200, $"crashing with {code}", () =>
    {
        Log.Error($"told to crash with {code}");
        Environment.Exit(code);
    });
}
