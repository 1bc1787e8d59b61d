using Pharos.Contracts;

namespace Pharos.Api;

/// <summary>The replacement of the daemon by another executable, as the endpoints see it.</summary>
public sealed class DaemonUpdate
{
    /// <summary>Says in one line why an executable may not replace the daemon; null: it may.</summary>
    public required Func<string, string?> Refusal { get; init; }

    /// <summary>Replaces it, when the answer has gone out.</summary>
    public required Action<UpdateRequest> Begin { get; init; }

    /// <summary>The update that this daemon came by, or that failed last; null: there was none.</summary>
    public UpdateView? Last { get; set; }
}
