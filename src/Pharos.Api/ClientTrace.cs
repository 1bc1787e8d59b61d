using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Api;

/// <summary>The command line's own span: the thin client loads no SDK, so it says when it began and under which ids, and the daemon sends the span.</summary>
internal static class ClientTrace
{
    /// <summary>The context that the operation of this request belongs to.</summary>
    public static ActivityContext ContextOf(HttpContext context) =>
        ActivityContext.TryParse(context.Request.Headers["traceparent"], null, isRemote: true, out var parent) ? parent : default;

    /// <summary>The span of the client, now that its request is answered.</summary>
    /// <returns>Null when the client did not say enough.</returns>
    public static SpanRecord? SpanOf(HttpContext context, ApiServices services)
    {
        var trace = ContextOf(context);
        var header = context.Request.Headers["Pharos-Client"].ToString();
        if (trace == default || header.Length == 0)
            return null;
        var parts = header.Split(';');
        var fields = parts.Skip(1).Select(p => p.Split('=', 2)).Where(p => p.Length == 2).DistinctBy(p => p[0]).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        if (!long.TryParse(fields.GetValueOrDefault("start"), NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            || Hex(fields.GetValueOrDefault("span")) is not { } span)
            return null;
        _ = long.TryParse(fields.GetValueOrDefault("pid"), NumberStyles.None, CultureInfo.InvariantCulture, out var pid);
        var exitCode = context.Response.StatusCode < 400 ? 0L : 1L;
        return new SpanRecord
        {
            Resource = services.ClientResource,
            TraceId = Convert.FromHexString(trace.TraceId.ToHexString()),
            SpanId = span,
            ParentSpanId = Hex(fields.GetValueOrDefault("parent")) ?? [],
            Name = "pharos",
            Kind = 3,
            StartUnixNanos = start,
            EndUnixNanos = (services.Time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100,
            Attributes =
            [
                (AttributeNames.SpanCommand, parts[0]), (AttributeNames.ProcessPid, pid), (AttributeNames.ProcessExitCode, exitCode),
                .. exitCode == 0 ? Array.Empty<(string, object)>() : [(AttributeNames.ErrorType, context.Response.StatusCode.ToString())],
            ],
            Error = exitCode == 0 ? null : $"{parts[0]} was refused",
        };
    }

    private static byte[]? Hex(string? text)
    {
        if (text?.Length != 16)
            return null;
        var bytes = new byte[8];
        return Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }
}
