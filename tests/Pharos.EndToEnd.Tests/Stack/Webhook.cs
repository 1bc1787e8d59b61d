using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Pharos.EndToEnd.Tests.Stack;

/// <summary>Where Alertmanager sends its notifications: keeps each, as it came.</summary>
internal sealed class Webhook : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<JsonElement> _posts = new();
    private readonly Task _loop;

    public Webhook()
    {
        Url = new($"http://127.0.0.1:{FreePort.Next()}/");
        _listener.Prefixes.Add(Url.AbsoluteUri);
        _listener.Start();
        _loop = Task.Run(ListenAsync);
    }

    public Uri Url { get; }

    /// <summary>Names of the firing alerts of each notification to a receiver, in order.</summary>
    public IReadOnlyList<IReadOnlyList<JsonElement>> To(string receiver) =>
    [
        .. _posts.Where(p => p.GetProperty("receiver").GetString() == receiver && p.GetProperty("status").GetString() == "firing")
            .Select(p => p.GetProperty("alerts").EnumerateArray().Where(a => a.GetProperty("status").GetString() == "firing").ToList()),
    ];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _loop;
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var document = await JsonDocument.ParseAsync(context.Request.InputStream);
                _posts.Enqueue(document.RootElement.Clone());
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or HttpListenerException)
        {
            // It was closed, which is the end.
        }
    }
}
