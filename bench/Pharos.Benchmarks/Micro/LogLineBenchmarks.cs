using System.Text;
using BenchmarkDotNet.Attributes;
using Pharos.Core.Specs.Logs;
using Pharos.Logs.Records;
using Pharos.Logs.Records.Joining;
using Pharos.Logs.Records.Masking;
using Pharos.Telemetry.Records;

namespace Pharos.Benchmarks.Micro;

/// <summary>What makes a record of a line: clean text, then its severity.</summary>
public class LogLineBenchmarks
{
    private static readonly TelemetryResource Resource = new([("service.name", "web")]);
    private readonly Redactor _redactor = new([KeyValuePair.Create("API_TOKEN", "s3cr3t-v4lue"), KeyValuePair.Create("DB_PASSWORD", "correct-horse")], new());
    private readonly RecordMaker _maker = new(new LogSpec(), [KeyValuePair.Create("API_TOKEN", "s3cr3t-v4lue")]);
    private byte[] _line = [];

    [Params("json", "logfmt", "plain", "words", "coloured", "secret")]
    public string Kind { get; set; } = "";

    [GlobalSetup]
    public void Make() => _line = Encoding.UTF8.GetBytes(Kind switch
    {
        "json" => """{"level":30,"time":1800000000000,"msg":"GET /api/orders/4711 answered","status":200,"ms":12.7,"user":"a3f9"}""",
        "logfmt" => "ts=2026-11-22T13:26:28.710Z level=info msg=\"GET /api/orders/4711 answered\" status=200 ms=12.7 user=a3f9 trace=-",
        "plain" => "2026-11-22 13:26:28 the worker took order 4711 of user a3f9 from the queue, 12 more are waiting for their turn",
        "words" => "the worker took order 4711 of user a3f9 from the queue, and 12 more orders are waiting for their turn in it",
        "secret" => "connected to postgres://shop:geheim@db:5432/shop as shop with password=hunter2, 12 more are waiting here",
        "coloured" => "\u001b[32m[INFO]\u001b[0m \u001b[90m13:26:28\u001b[0m GET /api/orders/4711 \u001b[33m200\u001b[0m 12.7 ms user a3f9, answered",
        _ => throw new InvalidOperationException(Kind),
    });

    [Benchmark]
    public int Clean_text_and_severity()
    {
        var clean = PlainText.Clean(_line);
        return clean.Length + SeverityParser.Parse(clean).Number;
    }

    [Benchmark]
    public int Quick_severity() => SeverityParser.Quick(_line);

    [Benchmark]
    public byte[] Redaction() => _redactor.Apply(_line);

    [Benchmark]
    public LogRecord Whole_record() => _maker.Make(new JoinedLines(0, _line.Length + 1, 1_800_000_000_000_000_000, _line, 0, 1), false, Resource).Record;
}
