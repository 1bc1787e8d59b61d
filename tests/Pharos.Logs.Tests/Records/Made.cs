using System.Globalization;
using System.Text;
using Pharos.Core.Specs.Logs;
using Pharos.Logs.Framing;
using Pharos.Logs.Records;
using Pharos.Logs.Records.Joining;
using Pharos.Telemetry.Records;

namespace Pharos.Logs.Tests.Records;

/// <summary>From bytes to records as the daemon does it, and records as text.</summary>
internal static class Made
{
    public const long Now = 1_795_342_500_000_000_000; // 2026-11-22T10:15:00Z
    public static readonly TelemetryResource Resource = new([("service.name", "web")]);

    public static List<(MadeRecord Made, long First, long Next, int Lines)> Records(ReadOnlySpan<byte> stream, int[] cuts, LogSpec? spec = null, params (string, string)[] env)
    {
        spec ??= new();
        var maker = new RecordMaker(spec, env.Select(e => KeyValuePair.Create(e.Item1, e.Item2)), TimeZoneInfo.Utc);
        List<(MadeRecord, long, long, int)> made = [];
        void Make(in JoinedLines lines) => made.Add((maker.Make(lines, stderr: false, Resource), lines.First, lines.Next, lines.Lines));
        var joiner = new RecordJoiner(spec.Multiline);
        long position = 0;
        void Line(ReadOnlySpan<byte> line, int part)
        {
            var next = position + line.Length + (part == 0 ? 1 : 0);
            joiner.Push(position, next, Now, line, part, Make);
            position = next;
        }

        var framer = new LineFramer(spec.MaxLineBytes);
        for (var (at, i) = (0, 0); at < stream.Length; i++)
        {
            var size = Math.Min(Math.Max(1, cuts[i % cuts.Length]), stream.Length - at);
            framer.Push(stream.Slice(at, size), Line);
            at += size;
        }

        framer.Flush(Line);
        joiner.Flush(Make);
        return made;
    }

    public static MadeRecord Record(string line, LogSpec? spec = null, params (string, string)[] env) => Records(Encoding.UTF8.GetBytes(line), [int.MaxValue], spec, env).Single().Made;

    public static string Body(MadeRecord made) => Encoding.UTF8.GetString(made.Record.Body.Span);

    public static object? Attribute(MadeRecord made, string name) => made.Record.Attributes.FirstOrDefault(a => a.Key == name).Value;

    public static string Text(MadeRecord made)
    {
        var r = made.Record;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{(r.SeverityNumber == 0 ? "-" : r.SeverityNumber)} {(r.SeverityText is null ? "" : $"'{r.SeverityText}' ")}");
        text.Append(r.TimeUnixNanos == r.ObservedUnixNanos ? "no time" : DateTimeOffset.UnixEpoch.AddTicks(r.TimeUnixNanos / 100).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
        if (r.TraceId.Length > 0)
            text.Append($" trace {Convert.ToHexStringLower(r.TraceId.Span)}");
        if (r.SpanId.Length > 0)
            text.Append($" span {Convert.ToHexStringLower(r.SpanId.Span)}");
        text.Append('\n');
        foreach (var line in Body(made).Split('\n'))
            text.Append($"  | {line}\n");
        if (made.Message is not null)
            text.Append($"  message: {made.Message.Replace("\n", "\\n", StringComparison.Ordinal)}\n");
        foreach (var (key, value) in r.Attributes.Skip(1))
            text.Append(CultureInfo.InvariantCulture, $"  {key} ({value.GetType().Name}): {value.ToString()!.Replace("\n", "\\n", StringComparison.Ordinal)}\n");
        return text.ToString();
    }
}
