using System.Text;
using BenchmarkDotNet.Attributes;
using Pharos.Logs.Records;

namespace Pharos.Benchmarks.Micro;

/// <summary>What makes a record of a line: clean text, then its severity.</summary>
public class LogLineBenchmarks
{
    private byte[] _line = [];

    [Params("json", "logfmt", "plain", "coloured")]
    public string Kind { get; set; } = "";

    [GlobalSetup]
    public void Make() => _line = Encoding.UTF8.GetBytes(Kind switch
    {
        "json" => """{"level":30,"time":1800000000000,"msg":"GET /api/orders/4711 answered","status":200,"ms":12.7,"user":"a3f9"}""",
        "logfmt" => "ts=2026-11-22T13:26:28.710Z level=info msg=\"GET /api/orders/4711 answered\" status=200 ms=12.7 user=a3f9 trace=-",
        "plain" => "2026-11-22 13:26:28 the worker took order 4711 of user a3f9 from the queue, 12 more are waiting for their turn",
        "coloured" => "\u001b[32m[INFO]\u001b[0m \u001b[90m13:26:28\u001b[0m GET /api/orders/4711 \u001b[33m200\u001b[0m 12.7 ms user a3f9, answered",
        _ => throw new InvalidOperationException(Kind),
    });

    [Benchmark]
    public int Clean_text_and_severity()
    {
        var clean = PlainText.Clean(_line);
        return clean.Length + SeverityParser.Parse(clean).Number;
    }
}
