using System.Globalization;
using System.Text;
using Pharos.Telemetry.Catalogue;
using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Prometheus;

/// <summary>The answer to a scrape: Prometheus' text format 0.0.4, or OpenMetrics 1.0 for whoever prefers it. Names and labels equal those of a push.</summary>
public static class PrometheusText
{
    /// <summary>Content type of the text format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Content type of OpenMetrics.</summary>
    public const string OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>What a scraper wants.</summary>
    /// <param name="accept">Its Accept header; null: none.</param>
    /// <returns>True for OpenMetrics: named, and not liked less than plain text.</returns>
    public static bool WantsOpenMetrics(string? accept)
    {
        var (open, plain) = (0.0, 0.0);
        foreach (var range in (accept ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            var q = 1.0;
            foreach (var part in parts)
            {
                if (part.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
                    _ = double.TryParse(part.AsSpan(2), NumberStyles.Float, CultureInfo.InvariantCulture, out q);
            }

            if (parts[0].Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
                open = Math.Max(open, q);
            else if (parts[0] is "text/plain" or "text/*")
                plain = Math.Max(plain, q);
        }

        return open > 0 && open >= plain;
    }

    /// <summary>Writes everything.</summary>
    /// <param name="output">Where to; UTF-8 on the wire.</param>
    /// <param name="batches">Metrics of instances and apps.</param>
    /// <param name="own">The supervisor's own, whose resource is <paramref name="ownResource"/>; null: none.</param>
    /// <param name="ownResource">The supervisor.</param>
    /// <param name="openMetrics">The format.</param>
    public static void Write(TextWriter output, IReadOnlyList<MetricBatch> batches, MeterCollector? own, TelemetryResource ownResource, bool openMetrics)
    {
        var families = new Families();
        var targets = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var batch in batches)
        {
            Target(targets, batch.Resource);
            var labels = LabelSet.OfResource(batch.Resource);
            foreach (var point in batch.Points)
                Add(families, labels, point);
        }

        if (own is not null)
        {
            Target(targets, ownResource);
            var labels = LabelSet.OfResource(ownResource);
            foreach (var series in own.Collect())
                Add(families, labels, series);
        }

        Print(output, families, targets, openMetrics);
    }

    private static void Target(SortedSet<string> targets, TelemetryResource resource)
    {
        if (LabelSet.OfTarget(resource) is { } labels)
            targets.Add(labels);
    }

    private static void Add(Families families, string resourceLabels, in MetricPoint point)
    {
        if (point.NoRecordedValue)
            return;
        var metric = point.Metric;
        var family = families.Of(metric.Name, metric.Unit, metric.Description, metric.Kind);
        var labels = new StringBuilder(resourceLabels);
        if (point.Attribute1 is { } first)
            LabelSet.Append(labels, NameTranslator.Label(metric.Attributes[0]), first);
        if (point.Attribute2 is { } second)
            LabelSet.Append(labels, NameTranslator.Label(metric.Attributes[1]), second);
        if (metric.Kind == MetricKind.Histogram)
            Histogram(family, labels.ToString(), metric.Bounds, point.Histogram);
        else
            Sample(family, "", labels.ToString(), metric.IsDouble ? Number(point.Double) : point.Long.ToString(CultureInfo.InvariantCulture));
    }

    private static void Add(Families families, string resourceLabels, MeterSeries series)
    {
        var family = families.Of(series.Name, series.Unit, series.Description, series.Kind);
        var labels = new StringBuilder(resourceLabels);
        foreach (var (key, value) in series.Tags)
            LabelSet.Append(labels, NameTranslator.Label(key), value);
        if (series.Kind == MetricKind.Histogram)
            Histogram(family, labels.ToString(), series.Bounds, series.Histogram);
        else
            Sample(family, "", labels.ToString(), Number(series.Value));
    }

    private static void Histogram(Family family, string labels, double[] bounds, HistogramValue? value)
    {
        if (value is null)
            return;
        var sum = 0L;
        for (var i = 0; i < value.Counts.Length; i++)
        {
            sum += value.Counts[i];
            var bucket = new StringBuilder(labels);
            LabelSet.Append(bucket, "le", i < bounds.Length ? Number(bounds[i]) : "+Inf");
            Sample(family, "_bucket", bucket.ToString(), sum.ToString(CultureInfo.InvariantCulture));
        }

        Sample(family, "_sum", labels, Number(value.Sum));
        Sample(family, "_count", labels, sum.ToString(CultureInfo.InvariantCulture));
    }

    private static void Sample(Family family, string suffix, string labels, string value) =>
        family.Samples.Add(labels.Length == 0 ? $"{family.Name}{suffix} {value}\n" : $"{family.Name}{suffix}{{{labels}}} {value}\n");

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static void Print(TextWriter output, Families families, SortedSet<string> targets, bool openMetrics)
    {
        if (targets.Count > 0)
        {
            output.Write(openMetrics
                ? "# TYPE target info\n# HELP target Attributes of the resource.\n"
                : "# HELP target_info Attributes of the resource.\n# TYPE target_info gauge\n");
            foreach (var labels in targets)
                output.Write($"target_info{{{labels}}} 1\n");
        }

        foreach (var family in families.Ordered)
        {
            // OpenMetrics names the family of a counter without its _total.
            var name = openMetrics && family.Kind == MetricKind.Counter ? family.Name[..^"_total".Length] : family.Name;
            output.Write($"# HELP {name} {Help(family.Help, openMetrics)}\n# TYPE {name} {Type(family.Kind)}\n");
            if (openMetrics && family.Unit.Length > 0 && name.EndsWith("_" + family.Unit, StringComparison.Ordinal))
                output.Write($"# UNIT {name} {family.Unit}\n");
            foreach (var sample in family.Samples)
                output.Write(sample);
        }

        if (openMetrics)
            output.Write("# EOF\n");
    }

    private static string Help(string text, bool openMetrics)
    {
        var escaped = text.Replace(@"\", @"\\").Replace("\n", @"\n");
        return openMetrics ? escaped.Replace("\"", "\\\"") : escaped;
    }

    private static string Type(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.UpDownCounter or MetricKind.Gauge => "gauge",
        MetricKind.Histogram => "histogram",
    };
}
