using FsCheck;
using FsCheck.Fluent;
using Pharos.Configuration.Syntax;
using Xunit;

namespace Pharos.Configuration.Tests.Syntax;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("a: 1\nb: [x, 'y', true, ~, 1.5]", """{"a":1,"b":["x","y",true,null,1.5]}""")]
    [InlineData("a: '1'\nb: \"true\"\nc: yes\nd:", """{"a":"1","b":"true","c":"yes","d":null}""")]
    [InlineData("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}", """{"x":{"a":1,"b":2},"y":{"b":3,"a":1}}""")]
    [InlineData("", "null")]
    public void Yaml_becomes_the_same_tree(string text, string expected) => Assert.Equal(expected, YamlText.Parse(text).Root!.ToJson());

    [Theory]
    [InlineData("a: 1\na: 2", 2)]
    [InlineData("a: 1\n b: 2", 2)]
    [InlineData("a: 1\n---\nb: 2", 3)]
    [InlineData("a: &a [*a]", 1)]
    public void What_is_no_yaml_has_a_line(string text, int line) => Assert.Equal(line, YamlText.Parse(text).Fault!.Line);

    [Fact]
    public void Aliases_of_aliases_do_not_grow_without_end()
    {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        Assert.Contains("more than", YamlText.Parse(bomb).Fault!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_makes_it_throw()
    {
        char[] likely = ['{', '}', '[', ']', ':', ',', '"', '\'', '&', '*', '!', '|', '>', '-', '#', '\n', ' ', '\t', 'a', '0', '<', '?', '%', '@', '`', '~', '\\'];
        Prop.ForAll(Gen.ArrayOf(Gen.Elements(likely)).Select(c => new string(c)).ToArbitrary(), text =>
        {
            var parsed = YamlText.Parse(text);
            return (parsed.Root is null) != (parsed.Fault is null);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }
}
