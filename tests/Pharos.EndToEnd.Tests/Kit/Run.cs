namespace Pharos.EndToEnd.Tests.Kit;

/// <summary>A command that has ended.</summary>
/// <param name="Command">As typed, for messages.</param>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Out">All of stdout.</param>
/// <param name="Err">All of stderr.</param>
internal sealed record Run(string Command, int ExitCode, string Out, string Err)
{
    /// <summary>It was refused as everything is to be refused: one line on stderr, nothing on stdout, an exit code that says so.</summary>
    /// <returns>The line.</returns>
    public string OneLine(params ReadOnlySpan<string> words)
    {
        Assert.True(ExitCode != 0, $"exit code 0; {this}");
        Assert.True(Out.Length == 0, $"something on stdout; {this}");
        Assert.True(Err.EndsWith('\n') && Err.Count(c => c == '\n') == 1, $"not one line; {this}");
        Assert.StartsWith("pharos: ", Err);
        foreach (var word in words)
            Assert.True(Err.Contains(word, StringComparison.Ordinal), $"no '{word}'; {this}");
        return Err.TrimEnd();
    }

    public override string ToString() => $"$ {Command}\nexit code {ExitCode}\n-- stdout\n{Out}\n-- stderr\n{Err}";
}
