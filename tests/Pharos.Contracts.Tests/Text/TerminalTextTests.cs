using FsCheck;
using FsCheck.Fluent;
using Pharos.Contracts.Text;
using Xunit;

namespace Pharos.Contracts.Tests.Text;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("日本", 4)]
    [InlineData("한글", 4)]
    [InlineData("ＡＢ", 4)]
    [InlineData("é", 1)]
    [InlineData("e\u0301", 1)]
    [InlineData("👍", 2)]
    [InlineData("a\u200bb", 2)]
    [InlineData("│…", 2)]
    public void Width_is_what_a_terminal_takes(string text, int columns) => Assert.Equal(columns, TerminalText.Width(text));

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdef", 5, "abcd…")]
    [InlineData("abcdef", 1, "…")]
    [InlineData("abcdef", 0, "")]
    [InlineData("日本語", 5, "日本…")]
    [InlineData("日本語", 4, "日…")]
    public void A_cut_keeps_as_much_as_fits(string text, int columns, string expected) => Assert.Equal(expected, TerminalText.Cut(text, columns));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\e[31mred\e[0m", "red")]
    [InlineData("\e]0;title\aafter", "after")]
    [InlineData("\e]8;;http://x\e\\link", "link")]
    [InlineData("a\tb\r\n", "a    b")]
    [InlineData("cut off \e[3", "cut off ")]
    [InlineData("cut off \e", "cut off ")]
    [InlineData("\u009b31mC1", "31mC1")]
    public void Escape_sequences_and_controls_are_taken_out(string text, string expected) => Assert.Equal(expected, TerminalText.Clean(text));

    [Fact]
    public void A_fitted_text_is_exactly_as_wide_as_asked() =>
        Prop.ForAll<string?, byte>((text, columns) =>
        {
            var clean = TerminalText.Clean(text ?? "");
            return TerminalText.Width(TerminalText.Fit(clean, columns)) == columns;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Nothing_that_was_cleaned_holds_a_control_character() =>
        Prop.ForAll<string?>(text => !TerminalText.Clean(text ?? "").Any(char.IsControl)).QuickCheckThrowOnFailure();
}
