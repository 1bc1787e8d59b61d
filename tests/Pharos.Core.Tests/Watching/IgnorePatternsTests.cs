using Pharos.Core.Watching;
using Xunit;

namespace Pharos.Core.Tests.Watching;

public sealed class IgnorePatternsTests
{
    [Theory]
    [InlineData("hello.*", "hello.c", true)]
    [InlineData("hello.*", "a/hello.c", true)]
    [InlineData("/hello.*", "hello.c", true)]
    [InlineData("/hello.*", "a/hello.java", false)]
    [InlineData("foo/", "foo", false)]
    [InlineData("foo/", "foo/bar", true)]
    [InlineData("foo/", "a/foo/bar", true)]
    [InlineData("doc/frotz", "doc/frotz", true)]
    [InlineData("doc/frotz", "a/doc/frotz", false)]
    [InlineData("/doc/frotz", "doc/frotz", true)]
    [InlineData("foo/*", "foo/test.json", true)]
    [InlineData("foo/*", "foo/bar/hello.c", true)] // for foo/bar is ignored as a folder
    [InlineData("**/foo", "foo", true)]
    [InlineData("**/foo", "a/b/foo", true)]
    [InlineData("**/foo/bar", "foo/bar", true)]
    [InlineData("**/foo/bar", "x/foo/bar", true)]
    [InlineData("**/foo/bar", "foo/x/bar", false)]
    [InlineData("abc/**", "abc/a/b", true)]
    [InlineData("abc/**", "abc", false)]
    [InlineData("abc/**", "x/abc/a", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "axb", false)]
    [InlineData("a**b", "axxb", true)]
    [InlineData("x/a**b", "x/a/b", false)]
    [InlineData("*.[oa]", "lib/x.a", true)]
    [InlineData("*.[oa]", "x.c", false)]
    [InlineData("x[!a-c]", "xd", true)]
    [InlineData("x[^a-c]", "xb", false)]
    [InlineData("x[]]", "x]", true)]
    [InlineData("x[a\\]]", "x]", true)]
    [InlineData("x[[:digit:]_]", "x7", true)]
    [InlineData("x[[:digit:]_]", "xa", false)]
    [InlineData("x[[:nothing:]]", "x:", false)]
    [InlineData("x[ab", "x[ab", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("a[/]c", "a/c", false)]
    [InlineData("#comment", "#comment", false)]
    [InlineData("\\#real", "#real", true)]
    [InlineData("\\!real", "!real", true)]
    [InlineData("name ", "name", true)]
    [InlineData("name\\ ", "name ", true)]
    [InlineData("lost\\", "lost\\", false)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "x", false)]
    [InlineData("", "x", false)]
    [InlineData("/", "x", false)]
    [InlineData("!", "x", false)]
    [InlineData("*", ".hidden", true)]
    [InlineData("ä?", "äö", true)]
    public void One_pattern_decides_as_documented(string pattern, string file, bool ignored) =>
        Assert.Equal(ignored, new IgnorePatterns([pattern]).IsIgnored(file, isFolder: false));

    [Fact]
    public void The_last_pattern_that_matches_decides()
    {
        var patterns = new IgnorePatterns(["*.html", "!foo.html", "foo*"]);
        Assert.True(patterns.IsIgnored("foo.html", isFolder: false));
        Assert.False(new IgnorePatterns(["*.html", "!foo.html"]).IsIgnored("foo.html", isFolder: false));
    }

    [Fact]
    public void Everything_but_one_folder()
    {
        var patterns = new IgnorePatterns(["/*", "!/foo", "/foo/*", "!/foo/bar"]); // the example of gitignore(5)
        Assert.True(patterns.IsIgnored("other", isFolder: false));
        Assert.True(patterns.IsIgnored("foo/x", isFolder: false));
        Assert.False(patterns.IsIgnored("foo", isFolder: true));
        Assert.False(patterns.IsIgnored("foo/bar", isFolder: true));
        Assert.False(patterns.IsIgnored("foo/bar/deep", isFolder: false));
    }

    [Fact]
    public void What_lies_in_an_ignored_folder_cannot_be_taken_back() =>
        Assert.True(new IgnorePatterns(["logs/", "!logs/keep"]).IsIgnored("logs/keep", isFolder: false));

    [Fact]
    public void A_pattern_made_to_be_slow_is_not() =>
        Assert.False(new IgnorePatterns([string.Concat(Enumerable.Repeat("*a", 200)) + "b"]).IsIgnored(new string('a', 5000), isFolder: false));
}
