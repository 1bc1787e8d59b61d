using System.Globalization;
using Pharos.Core.Ports;

namespace Pharos.Core.Specs;

/// <summary>A socket that the daemon opens for an app and hands to each of its processes, as systemd's socket activation has it (<c>LISTEN_FDS</c>, sd_listen_fds(3)).</summary>
public sealed record ListenSpec
{
    /// <summary>Name where none is said, as in sd_listen_fds_with_names(3).</summary>
    public const string DefaultName = "unknown";

    /// <summary>As it is written: <c>8080</c>, <c>127.0.0.1:8080</c>, <c>[::1]:8080</c>, <c>/run/app.sock</c>, <c>udp:5353</c>.</summary>
    public required string At { get; init; }

    /// <summary>What the app knows it by, <c>LISTEN_FDNAMES</c>.</summary>
    public string Name { get; init; } = DefaultName;

    /// <summary>How many connections may wait.</summary>
    public int Backlog { get; init; } = 511;

    /// <summary>Each instance has a socket of its own on the port, SO_REUSEPORT: the kernel spreads the connections.</summary>
    public bool ReusePort { get; init; }

    /// <summary>Understands an address.</summary>
    /// <param name="text">As in <see cref="At"/>.</param>
    /// <param name="at">Where that is.</param>
    /// <returns>False: it is none.</returns>
    public static bool TryParse(string text, out ListenAt at)
    {
        at = new ListenAt { Kind = ListenKind.Tcp };
        if (text is ['/', _, ..])
        {
            at = new ListenAt { Kind = ListenKind.Unix, Address = text };
            return true;
        }

        var udp = text.StartsWith("udp:", StringComparison.Ordinal);
        var rest = udp ? text[4..] : text.StartsWith("tcp:", StringComparison.Ordinal) ? text[4..] : text;
        var colon = rest.LastIndexOf(':');
        var host = colon < 0 ? "" : rest[..colon];
        if (!int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            return false;
        if (host is ['[', .. var six, ']'])
        {
            // Whether it is one the kernel says.
            if (!six.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') || six.Count(c => c == ':') < 2)
                return false;
            host = six;
        }
        else if (host is not ("" or "*") && !IsIPv4(host))
        {
            return false;
        }

        at = new ListenAt { Kind = udp ? ListenKind.Udp : ListenKind.Tcp, Address = host is "" or "*" ? null : host, Port = port, Ipv6 = udp };
        return true;
    }

    private static bool IsIPv4(string host) =>
        host.Split('.') is { Length: 4 } parts && parts.All(p => p.Length is > 0 and < 4 && byte.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    /// <summary>Where it is to listen.</summary>
    /// <exception cref="FormatException"><see cref="At"/> was never looked at by <see cref="TryParse"/>.</exception>
    public ListenAt ToAddress() => TryParse(At, out var at) ? at with { Backlog = Backlog, ReusePort = ReusePort } : throw new FormatException($"'{At}' is no address to listen at");
}
