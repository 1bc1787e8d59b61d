namespace Pharos.Dashboards.Board;

/// <summary>How the answer of Prometheus is to be taken.</summary>
public enum Shape
{
    /// <summary>Lines over time.</summary>
    Range,

    /// <summary>The value now, one row per series, labels as columns.</summary>
    Table,

    /// <summary>The value now, one number per series.</summary>
    Instant,

    /// <summary>Buckets over time.</summary>
    Heatmap,
}

/// <summary>One query of a panel.</summary>
public abstract record Query
{
    private Query()
    {
    }

    /// <summary>The text of the query, with Grafana's variables in it.</summary>
    public required string Text { get; init; }

    /// <summary>Where it goes.</summary>
    public abstract Source Source { get; }

    /// <summary>The target as the JSON has it.</summary>
    /// <param name="refId">A, B, C: what transformations call it.</param>
    public abstract object ToJson(string refId);

    /// <summary>PromQL.</summary>
    public sealed record Prom : Query
    {
        /// <summary>Template of the name of a series; empty: all its labels.</summary>
        public string Legend { get; init; } = "";

        public Shape Shape { get; init; }

        /// <summary>Ask for exemplars: points on the graph that lead to a trace.</summary>
        public bool Exemplars { get; init; }

        public override Source Source => Source.Prometheus;

        public override object ToJson(string refId) => new
        {
            datasource = Source.Reference,
            editorMode = "code",
            expr = Text,
            legendFormat = Legend.Length == 0 ? "__auto" : Legend,
            format = Shape switch { Shape.Range or Shape.Instant => "time_series", Shape.Table => "table", Shape.Heatmap => "heatmap" },
            instant = Shape is Shape.Table or Shape.Instant,
            range = Shape is Shape.Range or Shape.Heatmap,
            exemplar = Exemplars,
            refId,
        };
    }

    /// <summary>LogQL.</summary>
    public sealed record Log : Query
    {
        public string Legend { get; init; } = "";

        /// <summary>Most lines that are fetched.</summary>
        public int Lines { get; init; } = 500;

        public override Source Source => Source.Loki;

        public override object ToJson(string refId) => new
        {
            datasource = Source.Reference,
            editorMode = "code",
            expr = Text,
            legendFormat = Legend,
            queryType = "range",
            maxLines = Lines,
            refId,
        };
    }

    /// <summary>TraceQL: a search, or a metric when its last stage is one.</summary>
    public sealed record Trace : Query
    {
        /// <summary>Most traces that are listed.</summary>
        public int Limit { get; init; } = 50;

        /// <summary>Spans that are listed per trace.</summary>
        public int SpansPerTrace { get; init; } = 3;

        /// <summary>A row per span instead of one per trace.</summary>
        public bool BySpan { get; init; }

        public string Legend { get; init; } = "";

        public override Source Source => Source.Tempo;

        public override object ToJson(string refId) => new
        {
            datasource = Source.Reference,
            queryType = "traceql",
            query = Text,
            filters = Array.Empty<object>(),
            limit = Limit,
            spss = SpansPerTrace,
            tableType = BySpan ? "spans" : "traces",
            metricsQueryType = "range",
            legendFormat = Legend,
            refId,
        };
    }
}
