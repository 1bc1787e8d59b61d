using System.Text;
using Pharos.Exporters.Presets;
using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Tests.Presets;

/// <summary>The table of docs/otel.md from the presets.</summary>
internal static class PresetPage
{
    public static string Render()
    {
        var text = new StringBuilder("| preset | vendor | addresses | headers | metrics | limits, notes |\n|---|---|---|---|---|---|\n");
        foreach (var preset in PresetTable.All)
        {
            text.Append($"| `{preset.Name}`{string.Concat(preset.Parameters.Select(p => $"<br>`{p.Name}=`{p.Help}{(p.Default is { } usual ? $" (`{usual}`)" : "")}"))} | {preset.Vendor} | {Addresses(preset)} | ");
            text.Append(string.Join("<br>", preset.Headers.Select(Header)));
            text.Append(preset.Key is { } key ? $"<br>key: {key}{(preset.KeyIsOptional ? ", if there is one" : "")}" : preset.NeedsCollector is null ? "none" : "of the collector");
            text.Append($" | {(preset.Unsupported.ContainsKey(OtlpSignal.Metrics) ? "not taken" : $"{preset.Temporality.ToString().ToLowerInvariant()}, {preset.Histograms.ToString().ToLowerInvariant()} buckets")} | ");
            text.Append(string.Join("<br>", Remarks(preset))).Append(" |\n");
        }

        return text.ToString();
    }

    private static string Addresses(Preset preset)
    {
        var lines = new List<string>();
        if (preset.NeedsCollector is null)
            lines.AddRange(preset.Http.Values.Select(url => url.Replace("/v1/logs", "/v1/…", StringComparison.Ordinal).Replace("/v1/metrics", "/v1/…", StringComparison.Ordinal).Replace("/v1/traces", "/v1/…", StringComparison.Ordinal)).Distinct().Select(u => $"`{u}`"));
        if (preset.Grpc is { } grpc)
            lines.Add($"gRPC{(preset.Transport == OtlpTransport.Grpc ? " (usual)" : "")}: `{grpc}`");
        if (preset.NeedsCollector is { } why)
            lines.Add($"through a collector: {why}");
        return string.Join("<br>", lines);
    }

    private static string Header(PresetHeader header)
    {
        var value = header.Template.StartsWith("basic:", StringComparison.Ordinal) ? $"Basic base64({header.Template["basic:".Length..]})" : header.Template;
        return $"`{header.Name}: {value}`{(header.Signals.Length == 0 ? "" : $" ({string.Join(", ", header.Signals).ToLowerInvariant()})")}{(header.GrpcOnly ? " (gRPC)" : "")}";
    }

    private static IEnumerable<string> Remarks(Preset preset) =>
    [
        .. preset.Limits.Select(l => $"{l.Signal.ToString().ToLowerInvariant()}: {(l.Bytes is { } bytes ? $"at most {bytes:N0} bytes" : "")}{(l is { Bytes: not null, Items: not null } ? ", " : "")}{(l.Items is { } items ? $"at most {items:N0} items" : "")} a request"),
        .. preset.Unsupported.Values,
        .. preset.Gzip ? Array.Empty<string>() : ["not compressed"],
        .. preset.Notes,
    ];
}
