using Pharos.Core.Ports;

namespace Pharos.Supervisor.State;

/// <summary>Counters as they stand in the state file.</summary>
internal sealed record CountersEntry
{
    public long[] LogBytes { get; set; } = [];

    public long[] LogRecords { get; set; } = [];

    public long[] LogDropped { get; set; } = [];

    public HistogramEntry[] Durations { get; set; } = [];

    public static CountersEntry From(SavedCounters c) => new()
    {
        LogBytes = [.. c.LogBytes],
        LogRecords = [.. c.LogRecords],
        LogDropped = [.. c.LogDropped],
        Durations = [.. c.Durations.Select(d => new HistogramEntry { Metric = d.Metric, Attribute = d.Attribute, Counts = [.. d.Counts], Sum = d.Sum, Second = d.Second })],
    };

    public SavedCounters ToCounters() => new()
    {
        LogBytes = [.. LogBytes],
        LogRecords = [.. LogRecords],
        LogDropped = [.. LogDropped],
        Durations = [.. Durations.Select(d => new SavedHistogram(d.Metric, d.Attribute, [.. d.Counts], d.Sum, d.Second))],
    };

    internal sealed record HistogramEntry
    {
        public string Metric { get; set; } = "";

        public string Attribute { get; set; } = "";

        public string? Second { get; set; }

        public long[] Counts { get; set; } = [];

        public double Sum { get; set; }
    }
}
