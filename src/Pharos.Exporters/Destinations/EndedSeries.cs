using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Destinations;

/// <summary>One source of metrics for several pushes. The source tells the end of a series once, to whoever asks first: here it is kept for the others.</summary>
/// <param name="source">The source.</param>
internal sealed class EndedSeries(IMetricSource source)
{
    private const int MostKept = 10_000;
    private readonly Lock _gate = new(); // guards _views and what each is owed
    private readonly List<View> _views = [];

    /// <summary>The source as one more push sees it.</summary>
    public IMetricSource For()
    {
        var view = new View(this);
        lock (_gate)
            _views.Add(view);
        return view;
    }

    /// <summary>This push ends.</summary>
    public void Forget(IMetricSource view)
    {
        lock (_gate)
            _views.RemoveAll(v => v == view);
    }

    private void Collect(View asking, List<MetricBatch> batches, long now, bool final)
    {
        lock (_gate)
        {
            var own = new List<MetricBatch>();
            source.Collect(own, now, final);
            if (final)
            {
                batches.AddRange(asking.Owed);
                asking.Owed.Clear();
                Owe(own, asking);
            }

            batches.AddRange(own);
        }
    }

    private void Owe(List<MetricBatch> collected, View but)
    {
        if (_views.Count < 2)
            return;
        foreach (var batch in collected)
        {
            var ends = new MetricBatch(batch.Resource);
            ends.Points.AddRange(batch.Points.Where(p => p.NoRecordedValue));
            if (ends.Points.Count == 0)
                continue;
            foreach (var view in _views.Where(v => v != but && v.Owed.Sum(o => o.Points.Count) + ends.Points.Count <= MostKept))
                view.Owed.Add(ends);
        }
    }

    private sealed class View(EndedSeries all) : IMetricSource
    {
        public List<MetricBatch> Owed { get; } = [];

        public void Collect(List<MetricBatch> batches, long nowUnixNanos, bool final) => all.Collect(this, batches, nowUnixNanos, final);
    }
}
