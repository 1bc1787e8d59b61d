namespace Pharos.Benchmarks.Contestants;

/// <summary>All who take part: Pharos first, then PM2 when it is there. Ends them all.</summary>
internal sealed class Field(Arguments arguments) : IDisposable
{
    public IReadOnlyList<Contestant> All { get; } = [PharosContestant.Create(arguments), .. Pm2Contestant.IfThere(arguments)];

    public void Dispose()
    {
        foreach (var contestant in All)
            contestant.Dispose();
    }
}
