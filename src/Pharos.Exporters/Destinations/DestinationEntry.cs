using System.Text.Json.Serialization;

namespace Pharos.Exporters.Destinations;

/// <summary>Where a secret is. Exactly one of the three.</summary>
public sealed record SecretReference
{
    /// <summary>The secret itself; the file that it stands in is 0600.</summary>
    public string? Value { get; init; }

    /// <summary>A variable of the daemon's environment.</summary>
    public string? Env { get; init; }

    /// <summary>A file; blanks and line ends around its text are left out. Read anew at each reload.</summary>
    public string? File { get; init; }

    /// <summary>For people: where it comes from, never what it is.</summary>
    [JsonIgnore]
    public string Origin => Env is not null ? $"from the variable {Env}" : File is not null ? $"from {File}" : "in the settings file";
}

/// <summary>URLs that are used as they are.</summary>
public sealed record SignalUrls
{
    /// <summary>Of logs and events.</summary>
    public string? Logs { get; init; }

    /// <summary>Of metrics.</summary>
    public string? Metrics { get; init; }

    /// <summary>Of spans.</summary>
    public string? Traces { get; init; }
}

/// <summary>One destination as it stands in the settings file. What is null is as the preset says, or usual.</summary>
public sealed record DestinationEntry
{
    /// <summary>Name of a preset; null: a plain OTLP receiver.</summary>
    public string? Preset { get; init; }

    /// <summary>Values of the preset's parameters.</summary>
    public IReadOnlyDictionary<string, string>? Parameters { get; init; }

    /// <summary>Base URL; with a preset it takes the place of scheme, host and port.</summary>
    public string? Endpoint { get; init; }

    /// <summary>URLs of single signals, used as they are.</summary>
    public SignalUrls? Endpoints { get; init; }

    /// <summary><c>http/protobuf</c> or <c>grpc</c>.</summary>
    public string? Protocol { get; init; }

    /// <summary>The preset's key.</summary>
    public SecretReference? Key { get; init; }

    /// <summary>Further headers; they win over those of the preset.</summary>
    public IReadOnlyDictionary<string, SecretReference>? Headers { get; init; }

    /// <summary><c>gzip</c> or <c>none</c>.</summary>
    public string? Compression { get; init; }

    /// <summary>Longest wait for an answer, milliseconds.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary><c>cumulative</c>, <c>delta</c> or <c>lowmemory</c>.</summary>
    public string? Temporality { get; init; }

    /// <summary><c>explicit</c> or <c>exponential</c>.</summary>
    public string? Histograms { get; init; }

    /// <summary>Largest request before compression, bytes.</summary>
    public int? MaxRequestBytes { get; init; }

    /// <summary>What is sent, of <c>logs</c>, <c>metrics</c>, <c>traces</c>; null: everything that is taken there.</summary>
    public IReadOnlyList<string>? Signals { get; init; }

    /// <summary>PEM file of the authority that signed the server's certificate.</summary>
    public string? Ca { get; init; }

    /// <summary>PEM file of our certificate.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>PEM file of its key.</summary>
    public string? ClientKey { get; init; }
}

/// <summary>The settings file.</summary>
public sealed record DestinationDocument
{
    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, DestinationEntry> Destinations { get; init; } = new Dictionary<string, DestinationEntry>();
}

/// <summary>Its JSON: camelCase, comments and trailing commas are fine, unknown keys are not.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = true)]
[JsonSerializable(typeof(DestinationDocument))]
internal sealed partial class DestinationJson : JsonSerializerContext;
