using System.Text;
using System.Text.Json.Nodes;
using Pharos.Pm2.Sockets;
using Xunit;

namespace Pharos.Pm2.Tests.Sockets;

public sealed class AmpFrameTests
{
    private const int Longest = 1 << 20;

    [Fact]
    public void A_frame_is_a_byte_and_each_argument_behind_its_length()
    {
        var frame = AmpFrame.Of(AmpFrame.Json(new JsonObject { ["a"] = 1 }), AmpFrame.Text("id:7"));
        byte[] expected = [0x12, 0, 0, 0, 9, .. "j:{\"a\":1}"u8, 0, 0, 0, 6, .. "s:id:7"u8];
        Assert.Equal(expected, frame);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Frames_come_out_whole_however_the_stream_is_cut(int piece)
    {
        byte[] stream = [.. AmpFrame.Of(AmpFrame.Text("one"), AmpFrame.Text("")), .. AmpFrame.Of(), .. AmpFrame.Of(AmpFrame.Json("é"), AmpFrame.Json(null), AmpFrame.Text("three"))];
        var reader = new AmpFrame.Reader(Longest);
        List<List<byte[]>> frames = [];
        foreach (var chunk in stream.Chunk(piece))
            frames.AddRange(reader.Take(chunk));
        Assert.Equal([2, 0, 3], frames.Select(f => f.Count));
        Assert.Equal(["one", "", "three"], new[] { frames[0][0], frames[0][1], frames[2][2] }.Select(AmpFrame.ReadText));
        Assert.Equal("é", AmpFrame.ReadJson(frames[2][0])!.GetValue<string>());
        Assert.Null(AmpFrame.ReadJson(frames[2][1]));
    }

    [Fact]
    public void A_peer_that_announces_too_much_or_speaks_another_version_is_refused_before_anything_is_kept()
    {
        Assert.Throws<InvalidDataException>(() => new AmpFrame.Reader(100).Take([0x11, 0x7F, 0, 0, 0]));
        Assert.Throws<InvalidDataException>(() => new AmpFrame.Reader(100).Take(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n")));
    }
}
