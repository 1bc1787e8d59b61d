using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pharos.Contracts;

/// <summary>Source-generated JSON of the whole control API: camelCase, nulls left out.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = false)]
[JsonSerializable(typeof(StartRequest))]
[JsonSerializable(typeof(ApplyRequest))]
[JsonSerializable(typeof(PlanView))]
[JsonSerializable(typeof(InstanceView))]
[JsonSerializable(typeof(IReadOnlyList<InstanceView>))]
[JsonSerializable(typeof(InstanceView[]))]
[JsonSerializable(typeof(AppView))]
[JsonSerializable(typeof(AppView[]))]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(DaemonView))]
[JsonSerializable(typeof(ProblemView))]
[JsonSerializable(typeof(SavedView))]
[JsonSerializable(typeof(ResurrectView))]
[JsonSerializable(typeof(LogLineView))]
[JsonSerializable(typeof(UpdateRequest))]
[JsonSerializable(typeof(UpdateView))]
public sealed partial class ContractsJson : JsonSerializerContext;

/// <summary>One line of output, as <c>GET /v1/logs</c> with <c>Accept: application/x-ndjson</c> sends it.</summary>
public sealed record LogLineView
{
    /// <summary>App name.</summary>
    public required string App { get; init; }

    /// <summary>Slot.</summary>
    public required int Index { get; init; }

    /// <summary>stdout or stderr.</summary>
    public required string Stream { get; init; }

    /// <summary>When the daemon read it; null for lines older than this daemon.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The line without its newline.</summary>
    public required string Line { get; init; }
}
