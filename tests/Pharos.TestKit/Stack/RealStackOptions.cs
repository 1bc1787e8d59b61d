namespace Pharos.TestKit.Stack;

/// <summary>What a test wants of the real servers beyond the common configuration.</summary>
public sealed class RealStackOptions
{
    /// <summary>Paths of recording and alerting rule files; Prometheus evaluates them each second unless a group says otherwise.</summary>
    public IReadOnlyList<string> RuleFiles { get; init; } = [];

    /// <summary>Where Alertmanager posts its notifications. The default is the discard port: nobody listens there.</summary>
    public Uri WebhookUrl { get; init; } = new("http://127.0.0.1:9/");
}
