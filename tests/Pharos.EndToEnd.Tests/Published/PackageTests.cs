using System.Diagnostics;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Published;

/// <summary>What people install: made of the published program, installed, used and removed by <c>tests/package/run</c>.</summary>
public sealed class PackageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Packages_are_made_installed_used_and_removed_without_a_trace()
    {
        using var run = Process.Start(new ProcessStartInfo(Repository.PathOf("tests", "package", "run"), [Path.GetDirectoryName(PharosCli.Program)!])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        run.StandardInput.Close();
        var (said, complained) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await run.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Sys.Signal(run.Id, Sys.SigTerm); // its trap removes what it made
        }

        var all = $"{await said}\n{await complained}";
        Assert.True(run.HasExited && run.ExitCode == 0, all);
        Assert.Contains("ok: the tarball was installed, used and removed", all, StringComparison.Ordinal);
        Assert.Contains("ok: the dotnet tool ", all, StringComparison.Ordinal); // the last one: it came to its end
    }

    [Theory]
    [InlineData("a tag", "v1.2.3", "", "1.2.3")]
    [InlineData("commits after a tag", "v1.2.3", "x", "1.2.4-dev.1")]
    [InlineData("no tag", "", "x", "[0-9]+\\.[0-9]+\\.[0-9]+-dev\\.2")]
    [InlineData("a tag of something else", "stack-5", "x", "[0-9]+\\.[0-9]+\\.[0-9]+-dev\\.2")]
    public async Task The_version_comes_from_git_or_from_an_archive_of_it(string what, string tag, string then, string version)
    {
        await using var pharos = new PharosCli();
        File.WriteAllText(Path.Combine(pharos.Folder, "steps"), $$"""
            set -e
            export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
            mkdir repo && cd repo && git init -q && mkdir packaging
            cp {{Repository.PathOf("packaging")}}/version {{Repository.PathOf("packaging")}}/archived packaging
            cp {{Repository.PathOf("Directory.Build.props")}} {{Repository.PathOf(".gitattributes")}} .
            git add . && git commit -qm first
            [ -z "{{tag}}" ] || git tag "{{tag}}"
            [ -z "{{then}}" ] || { echo > "{{then}}"; git add .; git commit -qm second; }
            packaging/version | sed 's/^/git /'
            echo >> Directory.Build.props; packaging/version | sed 's/^/edited /'; git checkout -q .
            git archive --prefix=archive/ HEAD | tar -x -C .. && ../archive/packaging/version | sed 's/^/archive /'
            cp -r . ../bare && rm -rf ../bare/.git && ../bare/packaging/version | sed 's/^/bare /'
            git rev-parse HEAD
            """);
        var run = await pharos.RunAsync("/bin/bash", ["steps"]);
        Assert.True(run.ExitCode == 0, $"{what}: {run}");
        var lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var commit = lines[^1];
        Assert.Matches($"^git VERSION={version}$", lines[0]);
        Assert.Equal($"git COMMIT={commit}", lines[1]);
        Assert.Contains($"edited COMMIT={commit}.dirty", lines);
        Assert.Contains($"archive COMMIT={commit}", lines);
        Assert.Contains(lines[2].Replace("git ", "archive ", StringComparison.Ordinal), lines); // its time
        Assert.Matches(tag.StartsWith('v') ? $"^archive VERSION={version}$" : @"^archive VERSION=[0-9]+\.[0-9]+\.[0-9]+-dev$", lines.Single(l => l.StartsWith("archive V", StringComparison.Ordinal)));
        Assert.Matches(@"^bare VERSION=[0-9]+\.[0-9]+\.[0-9]+-dev$", lines.Single(l => l.StartsWith("bare V", StringComparison.Ordinal)));
        Assert.Contains("bare COMMIT=", lines);
    }
}
