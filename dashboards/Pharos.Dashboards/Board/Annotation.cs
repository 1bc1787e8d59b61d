namespace Pharos.Dashboards.Board;

/// <summary>Marks on all graphs of a page: whenever the query has a value.</summary>
/// <param name="Name">What people switch on and off.</param>
/// <param name="Colour">Of the mark.</param>
/// <param name="Query">PromQL.</param>
/// <param name="Title">Template of the headline.</param>
/// <param name="Text">Template of the text.</param>
public sealed record Annotation(string Name, string Colour, string Query, string Title, string Text)
{
    public object ToJson() => new
    {
        name = Name,
        datasource = Source.Prometheus.Reference,
        enable = true,
        hide = false,
        iconColor = Colour,
        target = new { refId = "Annotation", expr = Query, datasource = Source.Prometheus.Reference },
        expr = Query,
        step = "30s",
        titleFormat = Title,
        textFormat = Text,
        tagKeys = "service_name",
        useValueForTime = false,
    };
}
