using System.Net;
using Pharos.TestKit;

namespace Pharos.Benchmarks.SideBySide;

/// <summary>Takes every OTLP/HTTP request, counts it, and answers 200 with an empty message.</summary>
internal sealed class OtlpSink : IDisposable
{
    private readonly HttpListener _listener = new();
    private long _requests;
    private long _bytes;

    public OtlpSink()
    {
        Endpoint = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        _listener.Prefixes.Add(Endpoint.ToString());
        _listener.Start();
        _ = AnswerAsync(); // ends with the listener
    }

    public Uri Endpoint { get; }

    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Bytes of the bodies as they came over the wire.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                int count;
                while ((count = await context.Request.InputStream.ReadAsync(buffer)) > 0)
                    Interlocked.Add(ref _bytes, count);
                Interlocked.Increment(ref _requests);
                context.Response.ContentType = "application/x-protobuf";
                context.Response.ContentLength64 = 0;
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                if (!_listener.IsListening)
                    return;
                Console.Error.WriteLine($"bench: a request broke off, ignoring: {e.Message}");
            }
        }
    }
}
