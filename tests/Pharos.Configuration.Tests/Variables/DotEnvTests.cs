using FsCheck;
using FsCheck.Fluent;
using Pharos.Configuration.Variables;
using Xunit;

namespace Pharos.Configuration.Tests.Variables;

public sealed class DotEnvTests
{
    [Theory]
    [InlineData("A=1\nB = two words # comment\n# C=3\n\nexport D=x#y", "A=1|B=two words|D=x#y")]
    [InlineData("A='$HOME \\n'\nB=\"a\\tb\"\nC=\"first\nsecond\"\nD=", "A=$HOME \\n|B=a\tb|C=first\nsecond|D=")]
    [InlineData("A=1\nB=${A}2\nC=$A-$HOME\nD=${NONE:-else}\nE=\\$A\nF=\"\\$A ${HOME}\"", "A=1|B=12|C=1-/home/u|D=else|E=$A|F=$A /home/u")]
    [InlineData("A=1\r\nA=2\r\n", "A=2")]
    [InlineData("export=1", "export=1")]
    public void Lines_become_variables(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Read(text, out var faults).Select(v => $"{v.Key}={v.Value}").Concat(faults)));

    [Theory]
    [InlineData("A=1\nsecret-without-name\nB=2", 2)]
    [InlineData("\n=x", 2)]
    [InlineData("A='never\nends", 1)]
    [InlineData("A='x' y", 1)]
    public void A_line_of_another_form_is_a_fault_with_its_number(string text, int line)
    {
        DotEnv.Parse(text, new Dictionary<string, string>(), out var faults);
        Assert.Equal(line, Assert.Single(faults).Line);
    }

    [Fact]
    public void No_text_makes_it_throw() => Prop.ForAll<string?>(text =>
    {
        DotEnv.Parse(text ?? "", new Dictionary<string, string>(), out var faults);
        return faults.All(f => f.Line >= 1);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a  b", "a|b")]
    [InlineData("--x 'a b' \"c \\\" d\" e\\ f ''", "--x|a b|c \" d|e f|")]
    [InlineData("", "")]
    public void A_line_is_split_as_a_shell_does(string line, string expected) => Assert.Equal(expected, string.Join('|', CommandWords.Split(line)));

    private static IReadOnlyList<KeyValuePair<string, string>> Read(string text, out IEnumerable<string> faults)
    {
        var variables = DotEnv.Parse(text, new Dictionary<string, string> { ["HOME"] = "/home/u" }, out var found);
        faults = found.Select(f => $"{f.Line}: {f.Text}");
        return variables;
    }
}
