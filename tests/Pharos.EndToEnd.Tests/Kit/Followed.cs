namespace Pharos.EndToEnd.Tests.Kit;

/// <summary>A stream of lines that goes on.</summary>
internal sealed class Followed(StreamReader lines) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Reads until a line contains this.</summary>
    public async Task SeesAsync(string text)
    {
        using var late = new CancellationTokenSource(Patience);
        while (await lines.ReadLineAsync(late.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"the stream ended without '{text}'");
    }

    public ValueTask DisposeAsync()
    {
        lines.Dispose();
        return ValueTask.CompletedTask;
    }
}
