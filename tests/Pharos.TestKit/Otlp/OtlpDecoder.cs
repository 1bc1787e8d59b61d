namespace Pharos.TestKit.Otlp;

/// <summary>Export requests as readable records. Field numbers: opentelemetry-proto 1.11.</summary>
public static class OtlpDecoder
{
    public static IReadOnlyList<ReceivedLog> Logs(ReadOnlyMemory<byte> request) => [.. Items(request).Select(i => Log(i.Place, i.Item))];

    public static IReadOnlyList<ReceivedPoint> Points(ReadOnlyMemory<byte> request) => [.. Items(request).SelectMany(i => Metric(i.Place, i.Item))];

    public static IReadOnlyList<ReceivedSpan> Spans(ReadOnlyMemory<byte> request) => [.. Items(request).Select(i => Span(i.Place, i.Item))];

    public static int ResourceCount(ReadOnlyMemory<byte> request) => WireReader.Fields(request).Count(f => f.Number == 1);

    private static IEnumerable<(ReceivedPlace Place, ReadOnlyMemory<byte> Item)> Items(ReadOnlyMemory<byte> request)
    {
        foreach (var outer in WireReader.Fields(request).Where(f => f.Number == 1))
        {
            var fields = WireReader.Fields(outer.Content).ToArray();
            var resource = Attributes(fields.First(f => f.Number == 1).Content, 1);
            var schema = fields.FirstOrDefault(f => f.Number == 3).Text;
            foreach (var scoped in fields.Where(f => f.Number == 2))
            {
                var inner = WireReader.Fields(scoped.Content).ToArray();
                var scope = WireReader.Fields(inner.FirstOrDefault(f => f.Number == 1).Content).ToArray();
                var place = new ReceivedPlace(resource, Text(scope, 1), Text(scope, 2), schema);
                foreach (var item in inner.Where(f => f.Number == 2))
                    yield return (place, item.Content);
            }
        }
    }

    private static ReceivedLog Log(ReceivedPlace place, ReadOnlyMemory<byte> message)
    {
        var fields = WireReader.Fields(message).ToArray();
        return new ReceivedLog(place)
        {
            Time = Number(fields, 1),
            Severity = (int)Number(fields, 2),
            SeverityText = Text(fields, 3),
            Body = Any(fields.FirstOrDefault(f => f.Number == 5).Content),
            Attributes = Attributes(message, 6),
            TraceId = Hex(fields, 9),
            SpanId = Hex(fields, 10),
            Observed = Number(fields, 11),
            EventName = Text(fields, 12),
        };
    }

    private static ReceivedSpan Span(ReceivedPlace place, ReadOnlyMemory<byte> message)
    {
        var fields = WireReader.Fields(message).ToArray();
        var status = WireReader.Fields(fields.FirstOrDefault(f => f.Number == 15).Content).ToArray();
        return new ReceivedSpan(place, Text(fields, 5))
        {
            TraceId = Hex(fields, 1),
            SpanId = Hex(fields, 2),
            ParentSpanId = Hex(fields, 4),
            Kind = (int)Number(fields, 6),
            Start = Number(fields, 7),
            End = Number(fields, 8),
            Attributes = Attributes(message, 9),
            Links = [.. fields.Where(f => f.Number == 13).Select(f => WireReader.Fields(f.Content).ToArray()).Select(l => (Hex(l, 1), Hex(l, 2)))],
            StatusMessage = Text(status, 2),
            Status = (int)Number(status, 3),
        };
    }

    private static IEnumerable<ReceivedPoint> Metric(ReceivedPlace place, ReadOnlyMemory<byte> message)
    {
        var fields = WireReader.Fields(message).ToArray();
        var data = fields.First(f => f.Number is 5 or 7 or 9 or 10);
        var inner = WireReader.Fields(data.Content).ToArray();
        var metric = new ReceivedPoint(place, Text(fields, 1))
        {
            Description = Text(fields, 2),
            Unit = Text(fields, 3),
            Kind = data.Number switch { 5 => "gauge", 7 => "sum", 9 => "histogram", _ => "exponential" },
            Temporality = data.Number == 5 ? 0 : (int)Number(inner, 2),
            IsMonotonic = data.Number == 7 && Number(inner, 3) == 1,
        };
        foreach (var point in inner.Where(f => f.Number == 1))
            yield return data.Number == 9 ? Histogram(metric, point.Content) : data.Number == 10 ? Exponential(metric, point.Content) : Value(metric, point.Content);
    }

    private static ReceivedPoint Value(ReceivedPoint metric, ReadOnlyMemory<byte> message)
    {
        var fields = WireReader.Fields(message).ToArray();
        return metric with
        {
            Start = Number(fields, 2),
            Time = Number(fields, 3),
            Double = fields.Where(f => f.Number == 4).Select(f => (double?)f.Double).FirstOrDefault(),
            Long = fields.Where(f => f.Number == 6).Select(f => (long?)f.Value).FirstOrDefault(),
            Attributes = Attributes(message, 7),
            NoRecordedValue = (Number(fields, 8) & 1) == 1,
        };
    }

    private static ReceivedPoint Histogram(ReceivedPoint metric, ReadOnlyMemory<byte> message)
    {
        var fields = WireReader.Fields(message).ToArray();
        return metric with
        {
            Start = Number(fields, 2),
            Time = Number(fields, 3),
            Count = Number(fields, 4),
            Sum = fields.FirstOrDefault(f => f.Number == 5).Double,
            Buckets = [.. Packed(fields, 6).Select(v => (long)v)],
            Bounds = [.. Packed(fields, 7).Select(BitConverter.UInt64BitsToDouble)],
            Attributes = Attributes(message, 9),
            NoRecordedValue = (Number(fields, 10) & 1) == 1,
        };
    }

    private static ReceivedPoint Exponential(ReceivedPoint metric, ReadOnlyMemory<byte> message)
    {
        var fields = WireReader.Fields(message).ToArray();
        var positive = WireReader.Fields(fields.FirstOrDefault(f => f.Number == 8).Content).ToArray();
        return metric with
        {
            Attributes = Attributes(message, 1),
            Start = Number(fields, 2),
            Time = Number(fields, 3),
            Count = Number(fields, 4),
            Sum = fields.FirstOrDefault(f => f.Number == 5).Double,
            Scale = Signed(fields, 6),
            Zeros = Number(fields, 7),
            Offset = Signed(positive, 1),
            Buckets = [.. positive.Where(f => f.Number == 2).SelectMany(f => f.Content.IsEmpty ? [(long)f.Value] : WireReader.Varints(f.Content))],
            NoRecordedValue = (Number(fields, 10) & 1) == 1,
        };
    }

    /// <summary>sint32: zigzag.</summary>
    private static int Signed(WireField[] fields, int number)
    {
        var value = (uint)Number(fields, number);
        return (int)(value >> 1) ^ -(int)(value & 1);
    }

    /// <summary>Repeated fixed64, packed or not: a parser takes both.</summary>
    private static IEnumerable<ulong> Packed(WireField[] fields, int number)
    {
        foreach (var field in fields.Where(f => f.Number == number))
        {
            if (field.Content.IsEmpty)
                yield return field.Value;
            for (var i = 0; i < field.Content.Length; i += 8)
                yield return BitConverter.ToUInt64(field.Content.Span[i..]);
        }
    }

    private static Dictionary<string, object?> Attributes(ReadOnlyMemory<byte> message, int number)
    {
        var attributes = new Dictionary<string, object?>();
        foreach (var pair in WireReader.Fields(message).Where(f => f.Number == number))
        {
            var fields = WireReader.Fields(pair.Content).ToArray();
            attributes.Add(Text(fields, 1), Any(fields.FirstOrDefault(f => f.Number == 2).Content));
        }

        return attributes;
    }

    private static object? Any(ReadOnlyMemory<byte> message)
    {
        foreach (var field in WireReader.Fields(message))
        {
            return field.Number switch
            {
                1 => field.Text,
                2 => field.Value == 1,
                3 => (long)field.Value,
                4 => field.Double,
                5 => WireReader.Fields(field.Content).Select(f => Any(f.Content)).ToArray(),
                6 => Attributes(field.Content, 1),
                _ => field.Content.ToArray(),
            };
        }

        return null;
    }

    private static string Text(WireField[] fields, int number) => fields.FirstOrDefault(f => f.Number == number).Text;

    private static string Hex(WireField[] fields, int number) => fields.FirstOrDefault(f => f.Number == number).Hex;

    private static long Number(WireField[] fields, int number) => (long)fields.FirstOrDefault(f => f.Number == number).Value;
}
