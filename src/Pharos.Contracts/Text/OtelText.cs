using System.Globalization;
using System.Text;

namespace Pharos.Contracts.Text;

/// <summary>The answers of <c>pharos otel</c> in words.</summary>
public static class OtelText
{
    /// <summary>Where telemetry goes.</summary>
    /// <param name="view">It.</param>
    /// <returns>A block for each destination.</returns>
    public static string Render(OtelView view)
    {
        var text = new StringBuilder();
        foreach (var destination in view.Destinations)
            Destination(text, destination);
        foreach (var fault in view.Faults)
            text.Append("not in force: ").Append(TerminalText.Clean(fault)).Append('\n');
        return text.Length > 0 ? text.ToString() : "telemetry goes nowhere; 'pharos otel set PRESET|URL' sends it somewhere, 'pharos otel preset list' shows the presets\n";
    }

    /// <summary>What came of a test.</summary>
    /// <param name="view">It.</param>
    /// <returns>A line for each signal, and one for what the server said.</returns>
    public static string Render(OtelTestView view)
    {
        var text = new StringBuilder();
        foreach (var result in view.Results)
        {
            text.Append(CultureInfo.InvariantCulture, $"{result.Destination} {result.Signal,-7} {result.Outcome,-7} {result.Endpoint}{(result.Endpoint is null ? "" : ": ")}{TerminalText.Clean(result.Explanation)}\n");
            if (result.Server is { } said)
                text.Append("    the server says: ").Append(TerminalText.Clean(said)).Append('\n');
        }

        return text.ToString();
    }

    private static void Destination(StringBuilder text, OtelDestinationView destination)
    {
        text.Append(CultureInfo.InvariantCulture, $"{destination.Name}{(destination.Preset is { } preset ? $" ({preset})" : destination.Name == "environment" ? " (OTEL_* variables of the daemon)" : "")}\n");
        foreach (var signal in destination.Signals)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {signal.Signal,-12}");
            if (signal.Endpoint is null)
            {
                text.Append("not sent: ").Append(TerminalText.Clean(signal.NotSent ?? "no URL for it")).Append('\n');
                continue;
            }

            text.Append(CultureInfo.InvariantCulture, $"{TerminalText.Clean(signal.Endpoint)} ({signal.Protocol}, {(signal.Compression == "none" ? "not compressed" : signal.Compression)}");
            if (signal.MaxRequestBytes is { } bytes)
                text.Append(CultureInfo.InvariantCulture, $", at most {bytes / 1000} kB a request");
            text.Append(')');
            if (signal.Trouble is { } trouble)
                text.Append(CultureInfo.InvariantCulture, $", NOT TAKEN NOW: {trouble}");
            if (signal.BacklogBytes is > 0 and var waiting)
                text.Append(CultureInfo.InvariantCulture, $", {Humanize.Bytes(waiting)} wait");
            text.Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"  metrics are {destination.Temporality}, histograms {destination.Histograms}\n");
        foreach (var (name, origin) in destination.Headers.OrderBy(h => h.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"  header      {TerminalText.Clean(name)}: ******** ({TerminalText.Clean(origin)})\n");
        if (destination.ClientCertificate)
            text.Append("  shows a client certificate\n");
    }
}
