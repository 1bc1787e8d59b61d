namespace Pharos.Exporters.Transport;

/// <summary>Reads an answer without trusting its size.</summary>
internal static class BoundedBody
{
    /// <summary>4 MiB, as OTLP recommends.</summary>
    public const int Limit = 4 * 1024 * 1024;

    /// <returns>The whole body; null when it is larger than <see cref="Limit"/>.</returns>
    public static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancel)
    {
        using var stream = await content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            if (body.Length + read > Limit)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
