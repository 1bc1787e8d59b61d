using Pharos.Exporters.Transport;
using Pharos.Exporters.Wire;

namespace Pharos.Exporters.Pipeline;

/// <summary>Sends items as one request, or as several when one would be too large. Keeps their order.</summary>
/// <param name="client">The sender.</param>
/// <param name="maxBytes">Largest request.</param>
/// <param name="encode">Writes items as a request.</param>
/// <param name="split">Halves items; null: there is only one.</param>
/// <param name="settle">Told how each part ended.</param>
internal sealed class Shipment<T>(
    OtlpClient client, int maxBytes, Action<ProtobufWriter, T> encode, Func<T, (T First, T Second)?> split, Action<T, ExportResult> settle)
    where T : notnull
{
    public async Task SendAsync(T items, CancellationToken cancel)
    {
        using var writer = new ProtobufWriter();
        encode(writer, items);
        var result = writer.Length > maxBytes
            ? new ExportResult(ExportOutcome.TooLarge, 0, "too_large", 0)
            : await client.SendAsync(writer.Written, cancel);
        if (result.Outcome == ExportOutcome.TooLarge && split(items) is var (first, second))
        {
            await SendAsync(first, cancel);
            await SendAsync(second, cancel);
            return;
        }

        settle(items, result);
    }
}
