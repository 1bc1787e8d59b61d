using System.Buffers.Binary;
using System.Net;
using System.Text;
using Pharos.Core.Ports;

namespace Pharos.Linux.Sockets;

/// <summary>struct sockaddr and back.</summary>
internal static class SocketAddress
{
    /// <summary>Room for every kind, in bytes.</summary>
    internal const int Capacity = 128;

    private const int LongestPath = 107;

    /// <summary>Writes an address.</summary>
    /// <returns>Its length; 0 when it is none.</returns>
    internal static int Write(IPAddress address, int port, Span<byte> into)
    {
        into.Clear();
        var six = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        BinaryPrimitives.WriteUInt16LittleEndian(into, (ushort)(six ? Libc.AF_INET6 : Libc.AF_INET));
        BinaryPrimitives.WriteUInt16BigEndian(into[2..], (ushort)port);
        if (!six)
            return address.TryWriteBytes(into[4..], out _) ? 16 : 0;
        BinaryPrimitives.WriteUInt32LittleEndian(into[24..], (uint)address.ScopeId);
        return address.TryWriteBytes(into[8..], out _) ? 28 : 0;
    }

    /// <summary>Writes a path, or with a zero character before it an abstract name.</summary>
    /// <returns>Its length; 0 when it is too long.</returns>
    internal static int Write(string path, Span<byte> into)
    {
        into.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(into, Libc.AF_UNIX);
        if (Encoding.UTF8.GetByteCount(path) > LongestPath || path.Length == 0)
            return 0;
        return 2 + Encoding.UTF8.GetBytes(path, into[2..]) + (path[0] == '\0' ? 0 : 1);
    }

    /// <summary>Reads what getsockname(2) gave.</summary>
    internal static SocketName Read(ReadOnlySpan<byte> from) => BinaryPrimitives.ReadUInt16LittleEndian(from) switch
    {
        Libc.AF_INET => new(new IPAddress(from.Slice(4, 4)).ToString(), "IPv4", BinaryPrimitives.ReadUInt16BigEndian(from[2..])),
        Libc.AF_INET6 => new(new IPAddress(from.Slice(8, 16)).ToString(), "IPv6", BinaryPrimitives.ReadUInt16BigEndian(from[2..])),
        _ => new(Encoding.UTF8.GetString(from[2..]).TrimEnd('\0'), "Unix", 0),
    };
}
