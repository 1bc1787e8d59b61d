using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pharos.Client.Wire;
using Xunit;

namespace Pharos.Cli.Tests.Client;

public sealed class ResponseParserTests
{
    private const string Sized = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nPharos-Exit-Code: 3\r\n\r\nhello\nworld";
    private const string Chunked =
        "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\npharos-exit-code:3\r\n\r\n6;x=y\r\nhello\n\r\n5\r\nworld\r\n0\r\nTrailer: 1\r\n\r\n";
    private const string Closing = "HTTP/1.1 200 OK\r\nPharos-Exit-Code: 3\r\n\r\nhello\nworld";
    private const string Continued = "HTTP/1.1 100 Continue\r\n\r\n" + Sized;

    public static TheoryData<string, int> Responses => new() { { Sized, 200 }, { Chunked, 404 }, { Closing, 200 }, { Continued, 200 } };

    [Theory]
    [MemberData(nameof(Responses))]
    public void However_a_response_is_cut_it_reads_the_same(string response, int status)
    {
        var bytes = Encoding.ASCII.GetBytes(response);
        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
            {
                var parser = new ResponseParser();
                var body = Feed(parser, bytes[..first]) + Feed(parser, bytes[first..second]) + Feed(parser, bytes[second..]);
                Assert.Equal(("hello\nworld", status, 3, true), (body, parser.Status, parser.ExitCode, parser.MayEndHere));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Responses))]
    public void A_response_that_stops_early_is_never_taken_for_a_whole_one(string response, int status)
    {
        var head = response.LastIndexOf("\r\n\r\nhello", StringComparison.Ordinal) + 4;
        for (var length = 0; length < response.Length; length++)
        {
            var parser = new ResponseParser();
            Feed(parser, Encoding.ASCII.GetBytes(response[..length]));

            // Without a length only the end of the connection says where the body ends.
            Assert.Equal(response == Closing && length >= head, parser.MayEndHere);
        }

        Assert.NotEqual(0, status);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    [InlineData("HTTP/1.1 abc\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: x\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n")]
    public void What_is_not_HTTP_is_broken(string response)
    {
        var parser = new ResponseParser();
        Feed(parser, Encoding.ASCII.GetBytes(response));
        Assert.True(parser.IsBroken);
    }

    [Fact]
    public void A_line_without_end_is_given_up()
    {
        var parser = new ResponseParser();
        Feed(parser, new byte[1 << 20]);
        Assert.True(parser.IsBroken);
    }

    [Fact]
    public void No_input_makes_it_throw() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            Feed(new(), bytes);
            Feed(new(), [.. Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .. bytes]);
            return true;
        }).QuickCheckThrowOnFailure();

    private static string Feed(ResponseParser parser, byte[] bytes)
    {
        ReadOnlySpan<byte> input = bytes;
        var body = new StringBuilder();
        for (var piece = parser.Next(ref input); !piece.IsEmpty; piece = parser.Next(ref input))
        {
            body.Append(Encoding.Latin1.GetString(piece));
        }

        return body.ToString();
    }
}
