using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Presets;

/// <summary>Something of an address that only the user knows: a region, an account.</summary>
/// <param name="Name">As it is written before the equals sign.</param>
/// <param name="Help">What it is, with an example.</param>
public sealed record PresetParameter(string Name, string Help)
{
    /// <summary>What is taken when nothing is given; null: it must be given.</summary>
    public string? Default { get; init; }

    /// <summary>The words that are accepted and what they stand for in the address; empty: anything is accepted and stands for itself.</summary>
    public IReadOnlyDictionary<string, string> Choices { get; init; } = new Dictionary<string, string>();
}

/// <summary>A header of every request.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Template">Its value with {parameters} and {key} in braces; what follows <c>basic:</c> is encoded as RFC 7617 says.</param>
/// <param name="Signals">The signals that get it; empty: all.</param>
public sealed record PresetHeader(string Name, string Template, params OtlpSignal[] Signals)
{
    /// <summary>Sent over gRPC only.</summary>
    public bool GrpcOnly { get; init; }
}

/// <summary>What one request may hold.</summary>
/// <param name="Signal">Of which signal.</param>
/// <param name="Bytes">Most bytes before compression; null: no limit of its own.</param>
/// <param name="Items">Most records or data points; null: no limit of its own.</param>
public sealed record PresetLimit(OtlpSignal Signal, int? Bytes, int? Items = null);

/// <summary>Everything that must be known to send to one kind of receiver. Facts of their documentation; docs/otel.md is generated from them.</summary>
/// <param name="Name">As it is written after <c>otel set</c>.</param>
/// <param name="Vendor">As people call it.</param>
public sealed record Preset(string Name, string Vendor)
{
    /// <summary>What the user must or may say.</summary>
    public IReadOnlyList<PresetParameter> Parameters { get; init; } = [];

    /// <summary>URLs for http/protobuf, with {parameters}; a signal that is not in it is not taken.</summary>
    public IReadOnlyDictionary<OtlpSignal, string> Http { get; init; } = new Dictionary<OtlpSignal, string>();

    /// <summary>Base URL for gRPC; null: it is not spoken.</summary>
    public string? Grpc { get; init; }

    /// <summary>What is spoken when the user does not say.</summary>
    public OtlpTransport Transport { get; init; }

    /// <summary>What the key is, as the vendor calls it; null: there is none.</summary>
    public string? Key { get; init; }

    /// <summary>It works without a key, too.</summary>
    public bool KeyIsOptional { get; init; }

    /// <summary>Headers; those with a {key} that was not given are left out.</summary>
    public IReadOnlyList<PresetHeader> Headers { get; init; } = [];

    /// <summary>Requests are compressed.</summary>
    public bool Gzip { get; init; } = true;

    /// <summary>Which temporality it wants.</summary>
    public TemporalityPreference Temporality { get; init; }

    /// <summary>Which histograms it wants.</summary>
    public HistogramEncoding Histograms { get; init; }

    /// <summary>What one request may hold.</summary>
    public IReadOnlyList<PresetLimit> Limits { get; init; } = [];

    /// <summary>Why a signal is not sent.</summary>
    public IReadOnlyDictionary<OtlpSignal, string> Unsupported { get; init; } = new Dictionary<OtlpSignal, string>();

    /// <summary>Why it cannot be sent to directly; null: it can.</summary>
    public string? NeedsCollector { get; init; }

    /// <summary>A configuration of the OpenTelemetry Collector for what needs one; null: made of the rest (<see cref="CollectorSnippet"/>).</summary>
    public string? Snippet { get; init; }

    /// <summary>What else is good to know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
