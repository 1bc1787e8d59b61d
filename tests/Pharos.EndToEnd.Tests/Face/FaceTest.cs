namespace Pharos.EndToEnd.Tests.Face;

/// <summary>A test of the pm2 face with a home of its own.</summary>
public abstract class FaceTest : IAsyncLifetime
{
    private protected Pm2 Pm2 { get; } = new();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync() => await Pm2.DisposeAsync();

    /// <summary>Names and statuses, sorted.</summary>
    private protected async Task<string> ShownAsync() =>
        string.Join(", ", (await Pm2.ListAsync()).Select(p => $"{p["name"]} {Face.Pm2.StatusOf(p)} {p["pm2_env"]!["restart_time"]}").Order(StringComparer.Ordinal));
}
