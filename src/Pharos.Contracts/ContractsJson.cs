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
[JsonSerializable(typeof(LogStreamView))]
[JsonSerializable(typeof(LogStreamView[]))]
[JsonSerializable(typeof(LogStartView))]
[JsonSerializable(typeof(LogErrorView))]
[JsonSerializable(typeof(UpdateRequest))]
[JsonSerializable(typeof(UpdateView))]
[JsonSerializable(typeof(SentView))]
[JsonSerializable(typeof(ActionRequest))]
[JsonSerializable(typeof(IReadOnlyList<ActionView>))]
[JsonSerializable(typeof(ActionView[]))]
[JsonSerializable(typeof(MessageView))]
[JsonSerializable(typeof(OtelView))]
[JsonSerializable(typeof(OtelTestView))]
public sealed partial class ContractsJson : JsonSerializerContext;
