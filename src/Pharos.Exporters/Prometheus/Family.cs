using Pharos.Telemetry.Catalogue;

namespace Pharos.Exporters.Prometheus;

/// <summary>One metric family of the text format, and its samples in the order of their addition.</summary>
internal sealed class Family(string name, MetricKind kind, string unit, string help)
{
    public string Name { get; } = name;

    public MetricKind Kind { get; } = kind;

    public string Unit { get; } = unit;

    public string Help { get; } = help;

    /// <summary>Finished lines, each with its line feed.</summary>
    public List<string> Samples { get; } = [];
}

/// <summary>All families of an answer, found by name.</summary>
internal sealed class Families
{
    private readonly Dictionary<string, Family> _byName = [];

    public IEnumerable<Family> Ordered => _byName.Values.OrderBy(f => f.Name, StringComparer.Ordinal);

    public Family Of(string name, string unit, string help, MetricKind kind)
    {
        var family = NameTranslator.Metric(name, unit, kind);
        if (!_byName.TryGetValue(family, out var found))
            _byName[family] = found = new Family(family, kind, NameTranslator.UnitWord(unit), help);
        return found;
    }
}
