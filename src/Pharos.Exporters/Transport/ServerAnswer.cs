using Pharos.Exporters.Wire;

namespace Pharos.Exporters.Transport;

/// <summary>The messages inside of answers.</summary>
internal static class ServerAnswer
{
    /// <summary>Export*ServiceResponse.partial_success.rejected_*: field 1 of field 1 in all three signals.</summary>
    public static long Rejected(ReadOnlySpan<byte> response)
    {
        var reader = new ProtobufReader(response);
        while (reader.Next())
        {
            if (reader.Field != 1)
                continue;
            var partial = new ProtobufReader(reader.Content);
            while (partial.Next())
            {
                if (partial.Field == 1)
                    return Math.Max(0, (long)partial.Number);
            }
        }

        return 0;
    }

    /// <summary>Export*ServiceResponse.partial_success.error_message.</summary>
    /// <returns>Null when there is none.</returns>
    public static string? Message(ReadOnlySpan<byte> response)
    {
        var reader = new ProtobufReader(response);
        while (reader.Next())
        {
            if (reader.Field != 1)
                continue;
            var partial = new ProtobufReader(reader.Content);
            while (partial.Next())
            {
                if (partial.Field == 2 && !partial.Content.IsEmpty)
                    return ServerWords.Line(partial.Content);
            }
        }

        return null;
    }

    /// <summary>The delay of a google.rpc.RetryInfo in the details of a google.rpc.Status.</summary>
    /// <returns>Null when there is none.</returns>
    public static TimeSpan? RetryDelay(ReadOnlySpan<byte> status)
    {
        var reader = new ProtobufReader(status);
        while (reader.Next())
        {
            if (reader.Field == 3 && RetryInfo(reader.Content) is { } delay)
                return delay;
        }

        return null;
    }

    private static TimeSpan? RetryInfo(ReadOnlySpan<byte> any)
    {
        var isRetryInfo = false;
        TimeSpan? delay = null;
        var reader = new ProtobufReader(any);
        while (reader.Next())
        {
            if (reader.Field == 1)
                isRetryInfo = reader.Content.EndsWith("google.rpc.RetryInfo"u8);
            else if (reader.Field == 2)
                delay = Duration(reader.Content);
        }

        return isRetryInfo ? delay ?? TimeSpan.Zero : null;
    }

    private static TimeSpan? Duration(ReadOnlySpan<byte> retryInfo)
    {
        var reader = new ProtobufReader(retryInfo);
        if (!reader.Next() || reader.Field != 1)
            return null;
        var duration = new ProtobufReader(reader.Content);
        var (seconds, nanos) = (0L, 0L);
        while (duration.Next())
        {
            if (duration.Field == 1)
                seconds = Math.Clamp((long)duration.Number, 0, 1_000_000);
            else if (duration.Field == 2)
                nanos = Math.Clamp((long)duration.Number, 0, 999_999_999);
        }

        return TimeSpan.FromSeconds(seconds) + TimeSpan.FromTicks(nanos / 100);
    }
}
