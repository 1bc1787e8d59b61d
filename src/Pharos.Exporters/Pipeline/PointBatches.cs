using Pharos.Telemetry.Records;

namespace Pharos.Exporters.Pipeline;

/// <summary>Cuts lists of points, resource by resource.</summary>
internal static class PointBatches
{
    public static int Count(List<MetricBatch> batches) => batches.Sum(b => b.Points.Count);

    /// <returns>Parts of at most so many points; none when there is no point.</returns>
    public static IEnumerable<List<MetricBatch>> Cut(List<MetricBatch> batches, int most)
    {
        var part = new List<MetricBatch>();
        var room = most;
        foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Points.Count;)
            {
                var take = Math.Min(room, batch.Points.Count - i);
                var piece = new MetricBatch(batch.Resource);
                piece.Points.AddRange(batch.Points.GetRange(i, take));
                part.Add(piece);
                i += take;
                room -= take;
                if (room > 0)
                    continue;
                yield return part;
                (part, room) = ([], most);
            }
        }

        if (part.Count > 0)
            yield return part;
    }

    /// <returns>Null when there is but one point.</returns>
    public static (List<MetricBatch> First, List<MetricBatch> Second)? Halve(List<MetricBatch> batches)
    {
        var count = Count(batches);
        if (count < 2)
            return null;
        var parts = Cut(batches, (count + 1) / 2).ToArray();
        return (parts[0], parts[1]);
    }

    public static List<MetricBatch> Only(List<MetricBatch> batches, Predicate<MetricPoint> wanted)
    {
        var result = new List<MetricBatch>();
        foreach (var batch in batches)
        {
            var piece = new MetricBatch(batch.Resource);
            piece.Points.AddRange(batch.Points.FindAll(wanted));
            if (piece.Points.Count > 0)
                result.Add(piece);
        }

        return result;
    }
}
