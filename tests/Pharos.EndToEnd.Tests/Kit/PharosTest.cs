namespace Pharos.EndToEnd.Tests.Kit;

/// <summary>A test with a home of its own. Its clean-up counts: xunit reports a fault in it beside that of the test.</summary>
public abstract class PharosTest : IAsyncLifetime
{
    private protected PharosCli Pharos { get; } = new();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync() => await Pharos.DisposeAsync();
}
