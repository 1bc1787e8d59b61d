using System.Text.Json;

namespace Pharos.Contracts.Client;

/// <summary>A live stream of output that has begun.</summary>
public sealed class LiveLogs : IDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _reader;

    private LiveLogs(HttpResponseMessage answer, StreamReader reader, LogStartView start) => (_answer, _reader, Start) = (answer, reader, start);

    /// <summary>Where it begins: what is before these positions is in the files.</summary>
    public LogStartView Start { get; }

    internal static async Task<LiveLogs> Begin(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
            var first = await reader.ReadLineAsync(cancellation).ConfigureAwait(false);
            var start = first is null ? null : JsonSerializer.Deserialize(first, ContractsJson.Default.LogStartView);
            return new(answer, reader, start ?? throw new HttpRequestException("the daemon ended before it said where its stream begins"));
        }
        catch (Exception e)
        {
            answer.Dispose();
            throw e is JsonException ? new HttpRequestException("the daemon's stream does not say where it begins: it is of an older version; 'pharos update' replaces it") : e;
        }
    }

    /// <summary>The next line.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>Null: the daemon ended the stream.</returns>
    public async ValueTask<LogLineView?> Next(CancellationToken cancellation = default)
    {
        while (await _reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0 && JsonSerializer.Deserialize(line, ContractsJson.Default.LogLineView) is { } view)
                return view;
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _answer.Dispose();
    }
}
