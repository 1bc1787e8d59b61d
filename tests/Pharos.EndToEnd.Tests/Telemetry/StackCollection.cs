using Pharos.TestKit.Stack;

namespace Pharos.EndToEnd.Tests.Telemetry;

/// <summary>The real servers, started once for all tests that need them: the names of their apps tell the tests apart.</summary>
public sealed class SharedStack : IAsyncLifetime
{
    public RealStack Servers { get; private set; } = null!;

    /// <summary>A name that no other test's app has.</summary>
    public static string NameOf(string app) => $"{app}-{Guid.NewGuid().ToString("n")[..8]}";

    public async Task InitializeAsync() => Servers = await RealStack.StartAsync();

    public async Task DisposeAsync() => await Servers.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class StackCollection : ICollectionFixture<SharedStack>
{
    public const string Name = "real stack";
}
