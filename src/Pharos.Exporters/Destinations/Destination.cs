using Pharos.Exporters.Presets;
using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Destinations;

/// <summary>One destination, ready to be sent to.</summary>
/// <param name="Name">Its name; <see cref="OfEnvironment"/> for the one that the OTEL_* variables make.</param>
/// <param name="Settings">Where to, and how.</param>
public sealed record Destination(string Name, OtlpSettings Settings)
{
    /// <summary>Name of the destination that the OTEL_* variables of the daemon make.</summary>
    public const string OfEnvironment = "environment";

    /// <summary>Name when the user gives none.</summary>
    public const string Usual = "default";

    /// <summary>Its preset; null: none.</summary>
    public Preset? Preset { get; init; }

    /// <summary>Where each header's value comes from.</summary>
    public IReadOnlyDictionary<string, string> Origins { get; init; } = new Dictionary<string, string>();

    /// <summary>What is not sent, and why: one sentence for each signal.</summary>
    public IReadOnlyDictionary<OtlpSignal, string> NotSent { get; init; } = new Dictionary<OtlpSignal, string>();

    /// <summary>Whether two destinations are served in the same way, keys and the age of certificates included.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>True: nothing has to be started anew.</returns>
    public bool IsServedLike(Destination other) => Name == other.Name && Identity() == other.Identity();

    private string Identity() => string.Join('\u001f', Settings.Temporality, Settings.Histograms, Settings.MetricInterval, Of(Settings.Logs), Of(Settings.Metrics), Of(Settings.Traces));

    private static string Of(OtlpSignalSettings? s) => s is null ? "-" : string.Join(
        '\u001e',
        [
            s.Endpoint.AbsoluteUri, s.Transport.ToString(), s.Gzip.ToString(), s.Timeout.ToString(), s.MaxRequestBytes?.ToString() ?? "", s.MaxItems?.ToString() ?? "",
            Age(s.CertificateFile), Age(s.ClientCertificateFile), Age(s.ClientKeyFile), .. s.Headers.Select(h => h.Key + "\u001d" + h.Value),
        ]);

    private static string Age(string? file) => file is null ? "" : $"{file}@{File.GetLastWriteTimeUtc(file).Ticks}";
}
