using System.Security.Cryptography;
using System.Text;

namespace Pharos.Core.Identity;

/// <summary><c>service.instance.id</c>: UUIDv5 of host id, namespace, app and slot, so that it is stable over restarts.</summary>
/// <remarks>A random id per start would make a restart storm a cardinality storm as well. The namespace UUID is the one that
/// the service semantic conventions (1.44, docs/resource/service.md) name for this use.</remarks>
public static class ServiceInstanceId
{
    private static readonly Guid Space = new("4d63009a-8d0f-11ee-aad7-4c796ed8e320");

    /// <summary>The id of a slot.</summary>
    /// <param name="hostId">Machine id, or anything else that differs between hosts.</param>
    /// <param name="appNamespace">The app's namespace.</param>
    /// <param name="key">App and slot.</param>
    /// <param name="overlap">True for the bounded second slot while a reload overlaps.</param>
    /// <returns>A version 5 UUID.</returns>
    public static Guid For(string hostId, string appNamespace, InstanceKey key, bool overlap = false) =>
        Version5(Space, $"{hostId}/{appNamespace}/{key.App}/{key.Index}{(overlap ? "/b" : "")}");

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "RFC 9562 defines version 5 by SHA-1; nothing is secured by it.")]
    private static Guid Version5(Guid space, string name)
    {
        Span<byte> input = stackalloc byte[16 + Encoding.UTF8.GetByteCount(name)];
        space.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input[16..]);
        Span<byte> hash = stackalloc byte[20];
        SHA1.HashData(input, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
