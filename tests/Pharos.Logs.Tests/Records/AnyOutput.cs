using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Pharos.Logs.Tests.Records;

/// <summary>Output that is likely to confuse: pieces of every format, of traces, of secrets, and any bytes.</summary>
internal static class AnyOutput
{
    public static readonly string[] Pieces =
    [
        "{\"level\":", "30", "\"error\"", ",\"msg\":\"", "\"}", "{", "}", "[", "]", "\\\"", "\\u00e9", "\\ud800", "level=", "msg=\"", " key=", "info|", "|", "\"", "<13>", "<34>1 ", "2026-11-22T10:14:56.123+01:00 ", "2026-11-22 10:14:56,123 ",
        "22 Nov 10:14:56 - ", "Nov 22 10:14:56 ", "E1122 10:14:56.123456 1 a.go:3] ", "ERROR", "[warn]", ": ", "- ", "    at f (a.js:1:2)", "Traceback (most recent call last):", "  File \"a.py\", line 1, in f", "ValueError: x",
        "Caused by: x", "\tat a.B(C.java:1)", "goroutine 1 [running]:", "main.main()", "panic: x", "  }", " ---> x", "/a/b.js:12", "        ^", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "fail: A[0]", "      x",
        "password=", "hunter2!", "Bearer abc123def456ghi789", "AKIAIOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig", "4111 1111 1111 1111", "http://u:p@h/", "Cookie: a=b; c=d", "s3cr3t-v4lue",
        "trace_id=4bf92f3577b34da6a3ce929d0e0e4736", "99999999999999999999", "-1", "1e400", "\u001b[31m", "\u001b]0;t\u0007", "\r", "\0", "\u00e9", "\ud83d\ude00", " ", "  ", "\t", "a", "",
    ];

    /// <summary>Bytes, lines ended often.</summary>
    public static readonly Gen<byte[]> Stream =
        from parts in Gen.ListOf(Gen.Frequency(
            (8, Gen.Elements(Pieces).Select(Encoding.UTF8.GetBytes)),
            (3, Gen.Constant(new[] { (byte)'\n' })),
            (1, Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b)))))
        select parts.SelectMany(p => p).ToArray();

    public static readonly Arbitrary<(byte[] Stream, int[] Cuts)> Cut = Arb.From(
        from stream in Stream
        from cuts in Gen.NonEmptyListOf(Gen.Choose(1, 40))
        select (stream, cuts.ToArray()));
}
