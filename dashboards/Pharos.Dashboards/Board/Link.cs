namespace Pharos.Dashboards.Board;

/// <summary>A link from a value to another page.</summary>
/// <param name="Title">What the click does, in words.</param>
/// <param name="Url">Path in Grafana; <c>${…}</c> is filled from the value that was clicked.</param>
public sealed record Link(string Title, string Url)
{
    /// <summary>To another dashboard, with the time range and the variables that both have.</summary>
    /// <param name="title">What the click does.</param>
    /// <param name="uid">Its uid.</param>
    /// <param name="variables">Variables that the clicked value decides: those named <c>environment</c> or <c>host</c> replace the carried ones.</param>
    public static Link To(string title, string uid, params (string Name, string Value)[] variables)
    {
        var parts = new List<string> { "${__url_time_range}" };
        parts.AddRange(Source.All.Select(d => $"${{{d.Variable}:queryparam}}"));
        var takes = Boards.Uids.All.Single(b => b.Uid == uid).Takes;
        parts.AddRange(takes.Where(t => t is "environment" or "host" && !variables.Any(v => v.Name == t)).Select(t => $"${{{t}:queryparam}}"));
        parts.AddRange(variables.Select(v => v.Value == $"${{{v.Name}}}" ? $"${{{v.Name}:queryparam}}" : $"var-{v.Name}={v.Value}"));
        return new(title, $"/d/{uid}?{string.Join('&', parts)}");
    }

    /// <summary>The value of a column of the clicked row.</summary>
    public static string Column(string name) => $"${{__data.fields[\"{name}\"]}}";

    /// <summary>A label of the clicked series.</summary>
    public static string SeriesLabel(string label) => $"${{__field.labels.{label}}}";

    public object ToJson() => new { title = Title, url = Url, targetBlank = false };
}
