using System.Buffers.Binary;
using System.Text;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Shipping;

/// <summary>One event as it is stored: time, whose, its resource and record as protobuf.</summary>
internal static class EventFrame
{
    public static byte[] Encode(string instance, long unixNanos, ReadOnlySpan<byte> resource, ReadOnlySpan<byte> record)
    {
        var id = Encoding.UTF8.GetBytes(instance);
        var frame = new byte[16 + id.Length + resource.Length + record.Length];
        BinaryPrimitives.WriteInt64LittleEndian(frame, unixNanos);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(8), id.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(12), resource.Length);
        id.CopyTo(frame, 16);
        resource.CopyTo(frame.AsSpan(16 + id.Length));
        record.CopyTo(frame.AsSpan(16 + id.Length + resource.Length));
        return frame;
    }

    /// <returns>Null: the frame is damaged.</returns>
    public static LogRecord? Decode(ReadOnlySpan<byte> frame, out string? instance, out long unixNanos)
    {
        (instance, unixNanos) = (null, 0);
        if (frame.Length < 16)
            return null;
        unixNanos = BinaryPrimitives.ReadInt64LittleEndian(frame);
        var (id, resource) = (BinaryPrimitives.ReadInt32LittleEndian(frame[8..]), BinaryPrimitives.ReadInt32LittleEndian(frame[12..]));
        if (id < 0 || resource < 0 || 16L + id + resource > frame.Length)
            return null;
        instance = Encoding.UTF8.GetString(frame.Slice(16, id));
        return new LogRecord
        {
            Resource = new TelemetryResource { Encoded = frame.Slice(16 + id, resource).ToArray() },
            ObservedUnixNanos = unixNanos,
            Encoded = frame[(16 + id + resource)..].ToArray(),
        };
    }
}
