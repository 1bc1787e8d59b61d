using System.Text;
using System.Text.Unicode;
using FsCheck;
using FsCheck.Fluent;
using Pharos.Logs.Records;
using Xunit;

namespace Pharos.Logs.Tests.Records;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("plain text\twith a tab", "plain text\twith a tab")]
    [InlineData("\u001b[1;31mred\u001b[0m rest", "red rest")]
    [InlineData("\u001b[38:5:9mcolon form\u001b[K", "colon form")]
    [InlineData("\u001b]8;;https://x.test\u001b\\link\u001b]8;;\u001b\\ after", "link after")]
    [InlineData("\u001b]0;title\u0007after", "after")]
    [InlineData("\u001b(Bcharset", "charset")]
    [InlineData("\u001bcreset", "reset")]
    [InlineData("\u001b\u001b[1mtwice", "twice")]
    [InlineData("\u001b[3\u001b[0mbroken off", "broken off")]
    [InlineData("\u001béclair", "éclair")]
    [InlineData("10%\r50%\r100%\r", "100%")]
    [InlineData("two ends\r\r", "two ends")]
    [InlineData("nul\0in\u0001side", "nulinside")]
    [InlineData("end\u001b", "end")]
    [InlineData("end\u001b[", "end")]
    [InlineData("", "")]
    public void What_a_person_saw_is_left(string written, string seen) =>
        Assert.Equal(seen, Encoding.UTF8.GetString(PlainText.Clean(Encoding.UTF8.GetBytes(written))));

    [Fact]
    public void Invalid_UTF8_becomes_the_replacement_character() =>
        Assert.Equal("a\uFFFDb", Encoding.UTF8.GetString(PlainText.Clean([(byte)'a', 0xFF, (byte)'b'])));

    [Fact]
    public void Any_bytes_become_valid_UTF8_without_control_characters()
    {
        var spiced = Gen.ArrayOf(Gen.Frequency(
            (3, Gen.Choose(0, 255).Select(b => (byte)b)),
            (2, Gen.Elements((byte)0x1B, (byte)'[', (byte)']', (byte)'m', (byte)'\r', (byte)0x07, (byte)'\\', (byte)'('))));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(Arb.From(spiced), bytes =>
        {
            var clean = PlainText.Clean(bytes);
            return Utf8.IsValid(clean) && clean.All(b => b is >= 32 and not 0x7F or (byte)'\t');
        }));
    }
}
