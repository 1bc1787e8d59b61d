using Pharos.Contracts;
using Pharos.Exporters.Destinations;
using Pharos.Exporters.Diagnosis;
using Pharos.Exporters.Settings;

namespace Pharos.Otel;

/// <summary>Destinations as the wire shows them: no value of a header, no query of a URL.</summary>
internal static class OtelViews
{
    private static readonly OtlpSignal[] Signals = [OtlpSignal.Logs, OtlpSignal.Metrics, OtlpSignal.Traces];

    /// <param name="file">Path of the settings file.</param>
    /// <param name="destinations">They.</param>
    /// <param name="faults">What is not in force.</param>
    /// <param name="stateOf">How one does; null: no daemon runs.</param>
    public static OtelView Of(
        string file, IReadOnlyList<Destination> destinations, IReadOnlyList<string> faults, Func<string, OtlpSignal, (string? Trouble, long BacklogBytes)>? stateOf) => new()
        {
            File = file,
            Faults = faults,
            Destinations = [.. destinations.OrderBy(d => d.Name, StringComparer.Ordinal).Select(d => Of(d, stateOf))],
        };

    /// <summary>Sends something tiny of each signal to each destination.</summary>
    /// <returns>Null: there is none.</returns>
    public static async Task<OtelTestView?> TestAsync(IReadOnlyList<Destination> destinations, CancellationToken cancel)
    {
        if (destinations.Count == 0)
            return null;
        var results = await Task.WhenAll(destinations.SelectMany(d => Signals.Select(s => TestAsync(d, s, cancel))));
        return new OtelTestView { Results = results };
    }

    private static async Task<OtelTestResultView> TestAsync(Destination destination, OtlpSignal signal, CancellationToken cancel)
    {
        var word = signal.ToString().ToLowerInvariant();
        if (destination.Settings.Of(signal) is not { } settings)
            return new OtelTestResultView { Destination = destination.Name, Signal = word, Outcome = "skipped", Code = "not_sent", Explanation = $"not sent: {destination.NotSent.GetValueOrDefault(signal) ?? "no URL for it"}" };
        var diagnosis = await DestinationTest.RunAsync(signal, destination.Settings, cancel);
        return new OtelTestResultView
        {
            Destination = destination.Name,
            Signal = word,
            Endpoint = settings.Display,
            Outcome = diagnosis.IsTaken ? "ok" : "failed",
            Code = diagnosis.Code,
            Explanation = diagnosis.Explanation,
            Server = diagnosis.Server,
        };
    }

    private static OtelDestinationView Of(Destination destination, Func<string, OtlpSignal, (string? Trouble, long BacklogBytes)>? stateOf)
    {
        var settings = destination.Settings;
        return new OtelDestinationView
        {
            Name = destination.Name,
            Preset = destination.Preset?.Name,
            Temporality = settings.Temporality.ToString().ToLowerInvariant(),
            Histograms = settings.Histograms.ToString().ToLowerInvariant(),
            Headers = Signals.SelectMany(s => settings.Of(s)?.Headers ?? []).Select(h => h.Key).Distinct().ToDictionary(h => h, h => destination.Origins.GetValueOrDefault(h) ?? "from the environment"),
            Signals = [.. Signals.Select(s => Of(destination, s, stateOf?.Invoke(destination.Name, s)))],
            ClientCertificate = Signals.Any(s => settings.Of(s)?.ClientCertificateFile is not null),
        };
    }

    private static OtelSignalView Of(Destination destination, OtlpSignal signal, (string? Trouble, long BacklogBytes)? state)
    {
        var word = signal.ToString().ToLowerInvariant();
        return destination.Settings.Of(signal) is not { } settings
            ? new OtelSignalView { Signal = word, NotSent = destination.NotSent.GetValueOrDefault(signal) ?? "no URL for it" }
            : new OtelSignalView
            {
                Signal = word,
                Endpoint = settings.Display,
                Protocol = settings.Transport == OtlpTransport.Grpc ? "grpc" : "http/protobuf",
                Compression = settings.Gzip ? "gzip" : "none",
                MaxRequestBytes = settings.MaxRequestBytes,
                Trouble = state?.Trouble,
                BacklogBytes = signal == OtlpSignal.Logs ? state?.BacklogBytes : null,
            };
    }
}
