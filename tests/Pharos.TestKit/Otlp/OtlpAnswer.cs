using Microsoft.AspNetCore.Http;

namespace Pharos.TestKit.Otlp;

/// <summary>Puts a scripted reply on the wire.</summary>
internal static class OtlpAnswer
{
    private static readonly byte[] MoreThanAnyClientReads = new byte[64 * 1024];

    public static async Task SendAsync(HttpContext context, OtlpReply reply, bool isGrpc)
    {
        switch (reply)
        {
            case OtlpReply.Ok:
                await TakenAsync(context.Response, [], isGrpc);
                break;
            case OtlpReply.Partial partial:
                await TakenAsync(context.Response, PartialSuccess(partial.Rejected), isGrpc);
                break;
            case OtlpReply.Status status:
                context.Response.StatusCode = status.Code;
                if (status.RetryAfter is { } retryAfter)
                    context.Response.Headers.RetryAfter = retryAfter;
                break;
            case OtlpReply.Grpc grpc:
                context.Response.ContentType = "application/grpc";
                context.Response.Headers["grpc-status"] = grpc.Code.ToString();
                if (grpc.RetryDelay is { } delay)
                    context.Response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(RetryInfo(grpc.Code, delay)).TrimEnd('=');
                break;
            case OtlpReply.Silence:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case OtlpReply.Reset:
                context.Abort();
                break;
            case OtlpReply.Flood:
                await FloodAsync(context);
                break;
        }
    }

    private static async Task TakenAsync(HttpResponse response, byte[] message, bool isGrpc)
    {
        response.ContentType = isGrpc ? "application/grpc" : "application/x-protobuf";
        if (isGrpc)
        {
            await response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, (byte)message.Length });
            response.AppendTrailer("grpc-status", "0");
        }

        await response.Body.WriteAsync(message);
    }

    private static async Task FloodAsync(HttpContext context)
    {
        try
        {
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(MoreThanAnyClientReads, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client had enough, as it should.
        }
    }

    /// <summary>partial_success (1) { rejected (1), error_message (2) }</summary>
    private static byte[] PartialSuccess(int rejected) => Message(1, [.. Varint(1, rejected), .. Message(2, "no thanks"u8.ToArray())]);

    /// <summary>google.rpc.Status { code (1), message (2), details (3): Any { type_url (1), value (2): RetryInfo { retry_delay (1) } } }</summary>
    private static byte[] RetryInfo(int code, TimeSpan delay)
    {
        var duration = new List<byte>(Varint(1, (long)delay.TotalSeconds));
        duration.AddRange(Varint(2, delay.Ticks % TimeSpan.TicksPerSecond * 100));
        var any = new List<byte>(Message(1, "type.googleapis.com/google.rpc.RetryInfo"u8.ToArray()));
        any.AddRange(Message(2, Message(1, [.. duration])));
        return [.. Varint(1, code), .. Message(2, "later"u8.ToArray()), .. Message(3, [.. any])];
    }

    private static byte[] Message(int field, byte[] content) => [(byte)((field << 3) | 2), (byte)content.Length, .. content];

    private static byte[] Varint(int field, long value)
    {
        var bytes = new List<byte> { (byte)(field << 3) };
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
