using System.Globalization;

namespace Pharos.Client.Wire;

/// <summary>
/// The command's own CLIENT span, which the daemon sends for us: a trace of its own, or a child of the <c>TRACEPARENT</c> that the
/// shell has (W3C Trace Context).
/// </summary>
/// <param name="TraceId">32 hex digits.</param>
/// <param name="SpanId">16 hex digits: this command.</param>
/// <param name="ParentId">16 hex digits; null when the trace begins here.</param>
/// <param name="Flags">2 hex digits.</param>
/// <param name="StartNanoseconds">When the command began, Unix nanoseconds.</param>
internal sealed record ClientTrace(string TraceId, string SpanId, string? ParentId, string Flags, long StartNanoseconds)
{
    private const string NoTrace = "00000000000000000000000000000000", NoSpan = "0000000000000000";

    /// <summary>Begins the span of this command.</summary>
    public static ClientTrace Begin(Shell shell)
    {
        var start = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        return Parse(shell.Variable("TRACEPARENT")) is var (traceId, parentId, flags)
            ? new(traceId, RandomHex(8), parentId, flags, start)
            : new(RandomHex(16), RandomHex(8), null, "01", start);
    }

    /// <summary>The header of this name.</summary>
    public string TraceParent => $"00-{TraceId}-{SpanId}-{Flags}";

    /// <summary>The header <c>Pharos-Client</c>.</summary>
    public string ClientHeader(string verb)
    {
        var start = StartNanoseconds.ToString(CultureInfo.InvariantCulture);
        var header = $"{verb};pid={Environment.ProcessId};start={start};span={SpanId}";
        return ParentId is null ? header : $"{header};parent={ParentId}";
    }

    // Anything that is not a valid version 00 header is as good as none: a broken variable must not fail the command.
    private static (string TraceId, string ParentId, string Flags)? Parse(string? header)
    {
        if (header is not { Length: 55 } || !header.StartsWith("00-", StringComparison.Ordinal) || header[35] != '-' || header[52] != '-')
        {
            return null;
        }

        var (traceId, parentId, flags) = (header.Substring(3, 32), header.Substring(36, 16), header.Substring(53, 2));
        return IsHex(traceId) && IsHex(parentId) && IsHex(flags) && traceId != NoTrace && parentId != NoSpan
            ? (traceId, parentId, flags)
            : null;
    }

    private static bool IsHex(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        return true;
    }

    private static string RandomHex(int bytes)
    {
        Span<byte> random = stackalloc byte[bytes];
        Random.Shared.NextBytes(random);
        random[0] |= 1; // an id of zeros is not an id
        return Convert.ToHexStringLower(random);
    }
}
