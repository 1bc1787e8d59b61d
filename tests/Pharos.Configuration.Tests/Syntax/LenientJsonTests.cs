using FsCheck;
using FsCheck.Fluent;
using Pharos.Configuration.Syntax;
using Xunit;

namespace Pharos.Configuration.Tests.Syntax;

public sealed class LenientJsonTests
{
    [Theory]
    [InlineData("{a:1}", """{"a":1}""")]
    [InlineData("{'a-b': 'it\\'s', \"c\": \"\\u0041\\n\",}", """{"a-b":"it\u0027s","c":"A\n"}""")]
    [InlineData("// first\n[1, /* two */ 2.5, -3, +4, 0x10, .5, 1e3,]\n;", "[1,2.5,-3,4,16,0.5,1000]")]
    [InlineData("[true, false, null, undefined]", "[true,false,null,null]")]
    [InlineData("{$a_1: {}, b: []}", """{"$a_1":{},"b":[]}""")]
    [InlineData("\uFEFF{}", "{}")]
    [InlineData("`two\nlines`", "\"two\\nlines\"")]
    public void What_people_write_is_read(string text, string expected) => Assert.Equal(expected, LenientJson.Parse(text).Root!.ToJson());

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("{\n  a: 1\n  b: 2\n}", 3, 3)]
    [InlineData("{\n  a: 1,\n  a: 2\n}", 3, 4)]
    [InlineData("[1,\n\n  two]", 3, 3)]
    [InlineData("{a: 'x\n}", 1, 5)]
    [InlineData("{} {}", 1, 4)]
    [InlineData("/* never ends", 1, 1)]
    [InlineData("[1", 1, 3)]
    [InlineData("{a 1}", 1, 4)]
    public void A_fault_has_its_line_and_column_and_says_what_is_accepted(string text, int line, int column)
    {
        var fault = LenientJson.Parse(text).Fault!;
        Assert.Equal((line, column), (fault.Line, fault.Column));
        Assert.Contains("accepted", fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_brackets_are_a_fault_and_no_stack_overflow() => Assert.Contains("nested", LenientJson.Parse(new string('[', 100_000)).Fault!.Text, StringComparison.Ordinal);

    [Fact]
    public void No_text_makes_it_throw_and_each_gives_a_tree_or_a_fault()
    {
        char[] likely = ['{', '}', '[', ']', ':', ',', '"', '\'', '`', '\\', '/', '*', '\n', ' ', 'a', 'u', 'x', '0', '9', '-', '.', 'e', '\0', '\ud800', '\uFEFF'];
        var texts = Gen.ArrayOf(Gen.Elements(likely)).Select(c => new string(c));
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            var parsed = LenientJson.Parse(text);
            _ = parsed.Root?.ToJson();
            var lines = text.Count(c => c == '\n') + 1;
            return (parsed.Root is null) != (parsed.Fault is null) && (parsed.Fault is not { } f || (f.Line >= 1 && f.Line <= lines && f.Column >= 1));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Every_value_stands_on_the_line_where_it_was_written() =>
        Prop.ForAll(Gen.Choose(0, 20).ToArbitrary(), Gen.Choose(0, 20).ToArbitrary(), (before, between) =>
        {
            var text = "[" + new string('\n', before) + "// x\n{" + new string('\n', between) + "key: 1}]";
            var item = (Node.Mapping)((Node.Sequence)LenientJson.Parse(text).Root!).Items[0];
            return item.Line == before + 2 && item.Members[0].Line == before + between + 2;
        }).QuickCheckThrowOnFailure();
}
