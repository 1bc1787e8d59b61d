using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Pharos.Logs.Formats;

/// <summary>A bit for each byte of a block of 64.</summary>
/// <param name="Ends">Ends of lines.</param>
/// <param name="Marks">Characters without which no level is declared, <c>: = | [ ]</c>; <c>;</c> and Z are cheaper taken in than left out.</param>
/// <param name="Odds">Bytes that are no printable ASCII; a tab is none of them.</param>
/// <param name="Others">All but the letters from a to z.</param>
internal readonly record struct BlockMarks(ulong Ends, ulong Marks, ulong Odds, ulong Others);

/// <summary>Looks at 16 bytes at once for what <see cref="BandCounter"/> needs to know of them.</summary>
/// <remarks>Not at 32: what native AOT compiles has to run on processors without AVX, and it makes no second version for the others.</remarks>
internal static class BlockScan
{
    /// <summary>Of a block.</summary>
    public const int Bytes = 64;

    private const byte Marks = 2 | 4, Odds = 16 | 32 | 64, Letters = 8 | 128;

    /// <summary>By the upper and the lower half of a byte: it is of a class when both tables have that bit.</summary>
    /// <remarks>1 line feed; 2 and 4 marks, <c>: = [ ]</c> and <c>|</c>; 8 and 128 letters to o and from p; 16, 32, 64 odd: control characters from 0, those from 0x10 and bytes that are
    /// not ASCII, DEL.</remarks>
    private static ReadOnlySpan<byte> Upper => [1 | 16, 32, 0, 2, 0, 2, 8, 4 | 64 | 128, 32, 32, 32, 32, 32, 32, 32, 32];

    private static ReadOnlySpan<byte> Lower =>
    [
        16 | 32 | 128, 8 | 16 | 32 | 128, 8 | 16 | 32 | 128, 8 | 16 | 32 | 128, 8 | 16 | 32 | 128, 8 | 16 | 32 | 128, 8 | 16 | 32 | 128, 8 | 16 | 32 | 128, 8 | 16 | 32 | 128,
        8 | 32 | 128, 1 | 2 | 8 | 32 | 128, 2 | 8 | 16 | 32, 4 | 8 | 16 | 32, 2 | 8 | 16 | 32, 8 | 16 | 32, 8 | 16 | 32 | 64,
    ];

    /// <summary>Looks at as many blocks as there is room for.</summary>
    /// <param name="bytes">The bytes; what is missing in the last block counts as letters.</param>
    /// <param name="into">Room.</param>
    /// <returns>Number of blocks.</returns>
    public static int Look(ReadOnlySpan<byte> bytes, Span<BlockMarks> into)
    {
        var whole = Math.Min(bytes.Length / Bytes, into.Length);
        Blocks(bytes[..(whole * Bytes)], into);
        if (whole == into.Length || whole * Bytes == bytes.Length)
            return whole;
        Span<byte> rest = stackalloc byte[Bytes];
        rest.Fill((byte)'a');
        bytes[(whole * Bytes)..].CopyTo(rest);
        Blocks(rest, into[whole..]);
        return whole + 1;
    }

    private static void Blocks(ReadOnlySpan<byte> bytes, Span<BlockMarks> into)
    {
        // Asked here and not within: native AOT asks the processor each time.
        if (Ssse3.IsSupported)
            Blocks<Ssse3Table>(bytes, into);
        else if (AdvSimd.Arm64.IsSupported)
            Blocks<ArmTable>(bytes, into);
        else
            Blocks<AnyTable>(bytes, into);
    }

    private static void Blocks<TTable>(ReadOnlySpan<byte> bytes, Span<BlockMarks> into)
        where TTable : struct, ITable
    {
        var (upper, lower) = (Vector128.Create(Upper), Vector128.Create(Lower));
        ref var first = ref MemoryMarshal.GetReference(bytes);
        for (var i = 0; i < bytes.Length / Bytes; i++, first = ref Unsafe.Add(ref first, Bytes))
        {
            var (a, b) = (Class<TTable>(Vector128.LoadUnsafe(ref first), upper, lower), Class<TTable>(Vector128.LoadUnsafe(ref first, 16), upper, lower));
            var (c, d) = (Class<TTable>(Vector128.LoadUnsafe(ref first, 32), upper, lower), Class<TTable>(Vector128.LoadUnsafe(ref first, 48), upper, lower));
            var all = a | b | c | d;
            into[i] = new(
                Bits(Top(a), Top(b), Top(c), Top(d)),
                (all & Vector128.Create(Marks)) == Vector128<byte>.Zero ? 0 : Bits(Has(a, Marks), Has(b, Marks), Has(c, Marks), Has(d, Marks)),
                (all & Vector128.Create(Odds)) == Vector128<byte>.Zero ? 0 : Bits(Has(a, Odds), Has(b, Odds), Has(c, Odds), Has(d, Odds)), // there is rarely one
                Bits(Lacks(a, Letters), Lacks(b, Letters), Lacks(c, Letters), Lacks(d, Letters)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Class<TTable>(Vector128<byte> bytes, Vector128<byte> upper, Vector128<byte> lower)
        where TTable : struct, ITable
    {
        var half = Vector128.Create((byte)0x0F);
        return TTable.Look(upper, (bytes.AsUInt16() >> 4).AsByte() & half) & TTable.Look(lower, bytes & half);
    }

    /// <summary>The lowest bit of each byte as its highest: that of line feeds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Top(Vector128<byte> classes) => (classes.AsUInt16() << 7).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Has(Vector128<byte> classes, byte which) => ~Lacks(classes, which);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Lacks(Vector128<byte> classes, byte which) => Vector128.Equals(classes & Vector128.Create(which), Vector128<byte>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d) =>
        a.ExtractMostSignificantBits() | (b.ExtractMostSignificantBits() << 16) | ((ulong)(c.ExtractMostSignificantBits() | (d.ExtractMostSignificantBits() << 16)) << 32);

    /// <summary>A table of 16 bytes, looked up 16 times at once.</summary>
    private interface ITable
    {
        static abstract Vector128<byte> Look(Vector128<byte> table, Vector128<byte> at);
    }

    private readonly struct Ssse3Table : ITable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Look(Vector128<byte> table, Vector128<byte> at) => Ssse3.Shuffle(table, at);
    }

    private readonly struct ArmTable : ITable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Look(Vector128<byte> table, Vector128<byte> at) => AdvSimd.Arm64.VectorTableLookup(table, at);
    }

    private readonly struct AnyTable : ITable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Look(Vector128<byte> table, Vector128<byte> at) => Vector128.Shuffle(table, at);
    }
}
