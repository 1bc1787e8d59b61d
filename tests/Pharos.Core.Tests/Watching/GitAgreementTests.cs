using System.Diagnostics;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Pharos.Core.Watching;
using Xunit;

namespace Pharos.Core.Tests.Watching;

/// <summary>Git is the judge of what gitignore patterns mean.</summary>
public sealed class GitAgreementTests : IDisposable
{
    private readonly string _repository = Directory.CreateTempSubdirectory("pharos-ignore-").FullName;

    public GitAgreementTests() => Git("init -q", "");

    public void Dispose() => Directory.Delete(_repository, recursive: true);

    // Git compares a literal beginning apart and reads the pattern from there, so to it "a**/b" means "a" and then "**/b", against its own manual.
    private static Gen<string> Pattern => Pieces.Where(p => !Regex.IsMatch(p, @"[^/!]\*\*+(/|$)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture));

    private static Gen<string> Pieces =>
        from negated in Gen.Frequency((4, Gen.Constant("")), (1, Gen.Constant("!")))
        from rooted in Gen.Frequency((3, Gen.Constant("")), (1, Gen.Constant("/")))
        from parts in Gen.Elements("a", "b", "ab", "*", "**", "?", "[ab]", "[!a]", "a*", "*b", "a**", "/", "/", "/", "\\a", "\\*", "[[:alpha:]]", "-", "[a-b]", "[", " ", "***").ListOf()
        from end in Gen.Frequency((3, Gen.Constant("")), (1, Gen.Constant("/")))
        select negated + rooted + string.Concat(parts.Take(6)) + end;

    private static Gen<string> File =>
        from parts in Gen.Elements("a", "b", "ab", "ba", "aab", "c", "*", "-", "a b", "[").ListOf(1).Or(Gen.Elements("a", "b", "ab", "ba", "c", "-", "aab").ListOf(3)).Or(Gen.Elements("a", "b", "ab", "c").ListOf(4))
        select string.Join('/', parts);

    [Fact]
    public void Git_ignores_the_same_files()
    {
        var questions =
            from patterns in Pattern.ListOf()
            from files in File.ListOf(30)
            select (Patterns: patterns.Take(5).ToArray(), Files: files.Distinct().ToArray());
        var config = Config.QuickThrowOnFailure.WithMaxTest(150);
        Prop.ForAll(Arb.From(questions), q => Same(q.Patterns, q.Files)).Check(config);
    }

    private void Same(string[] patterns, string[] files)
    {
        System.IO.File.WriteAllText(Path.Combine(_repository, ".gitignore"), string.Join('\n', patterns));
        var answer = Git("check-ignore --no-index -z --stdin", string.Join('\0', files));
        var theirs = answer.Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        var mine = new IgnorePatterns(patterns);
        var ours = files.Where(f => mine.IsIgnored(f, isFolder: false)).Order(StringComparer.Ordinal);
        Assert.True(theirs.SequenceEqual(ours), $"patterns {string.Join(" | ", patterns)}: git [{string.Join(", ", theirs)}], here [{string.Join(", ", ours)}]");
    }

    private string Git(string arguments, string input)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _repository, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        git.StandardInput.Write(input);
        git.StandardInput.Close();
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.InRange(git.ExitCode, 0, 1);
        return output;
    }
}
