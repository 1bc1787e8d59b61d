using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pharos.Contracts.Client;

/// <summary>
/// The control API as methods, over the daemon's unix socket. For screens, tests and programs; the command line's short verbs use
/// a client of their own that loads none of this. Safe for concurrent use. Starts no daemon.
/// </summary>
/// <remarks>
/// Every method throws <see cref="HttpRequestException"/> when there is no daemon or the connection is lost, and
/// <see cref="PharosApiException"/> when the daemon refuses.
/// </remarks>
public sealed class PharosClient : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>Prepares a client; connects with the first request.</summary>
    /// <param name="socketPath">Path of <c>pharos.sock</c>.</param>
    public PharosClient(string socketPath)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };

        // A stop may take as long as the app's grace, and a stream has no end: who calls decides how long to wait.
        _http = new(handler) { BaseAddress = new("http://pharos/"), Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>The daemon itself.</summary>
    public Task<DaemonView> Daemon(CancellationToken cancellation = default) =>
        Send(HttpMethod.Get, "v1/daemon", ContractsJson.Default.DaemonView, cancellation);

    /// <summary>Instances.</summary>
    /// <param name="selector"><c>all</c>, <c>APP</c> or <c>APP:INDEX</c>.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<InstanceView[]> Instances(string selector = "all", CancellationToken cancellation = default) =>
        Send(HttpMethod.Get, $"v1/instances?app={Uri.EscapeDataString(selector)}", ContractsJson.Default.InstanceViewArray, cancellation);

    /// <summary>One app with its instances.</summary>
    public Task<AppView> App(string name, CancellationToken cancellation = default) =>
        Send(HttpMethod.Get, App(name, ""), ContractsJson.Default.AppView, cancellation);

    /// <summary>All apps with their instances.</summary>
    /// <param name="withEnv">With the values of their environments, which may be secrets.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<AppView[]> Apps(bool withEnv = false, CancellationToken cancellation = default) =>
        Send(HttpMethod.Get, withEnv ? "v1/apps/all?env=1" : "v1/apps/all", ContractsJson.Default.AppViewArray, cancellation);

    /// <summary>Declares an app and starts it.</summary>
    /// <returns>Its instances.</returns>
    public Task<InstanceView[]> Start(StartRequest request, CancellationToken cancellation = default) =>
        Send(
            HttpMethod.Post, "v1/apps", ContractsJson.Default.InstanceViewArray, cancellation,
            JsonContent.Create(request, ContractsJson.Default.StartRequest));

    /// <summary>Makes what runs be what a file says.</summary>
    /// <returns>What was done, with an error for each app where it was not.</returns>
    public Task<PlanView> Apply(ApplyRequest request, CancellationToken cancellation = default) =>
        Send(HttpMethod.Post, "v1/apply", ContractsJson.Default.PlanView, cancellation, JsonContent.Create(request, ContractsJson.Default.ApplyRequest));

    /// <summary>Starts instances that are declared.</summary>
    /// <returns>The instances, when it is done.</returns>
    public Task<InstanceView[]> Start(string selector, CancellationToken cancellation = default) => Operate(selector, "/start", cancellation);

    /// <summary>Stops instances.</summary>
    /// <returns>The instances, when it is done.</returns>
    public Task<InstanceView[]> Stop(string selector, CancellationToken cancellation = default) => Operate(selector, "/stop", cancellation);

    /// <summary>Restarts instances.</summary>
    /// <returns>The instances, when it is done.</returns>
    public Task<InstanceView[]> Restart(string selector, CancellationToken cancellation = default) => Operate(selector, "/restart", cancellation);

    /// <summary>New processes in place of the old ones, without a gap where an app can do that.</summary>
    /// <param name="selector"><c>all</c>, <c>APP</c> or <c>APP:INDEX</c>.</param>
    /// <param name="parallel">How many at a time.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The instances, when it is done.</returns>
    public Task<InstanceView[]> Reload(string selector, int parallel = 1, CancellationToken cancellation = default) => Operate(selector, $"/reload?parallel={parallel}", cancellation);

    /// <summary>More instances, or fewer.</summary>
    /// <param name="app">The app.</param>
    /// <param name="change">A number, +N or -N.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The instances, when it is done.</returns>
    public Task<InstanceView[]> Scale(string app, string change, CancellationToken cancellation = default) => Operate(app, $"/scale?to={Uri.EscapeDataString(change)}", cancellation);

    /// <summary>Runs a job now.</summary>
    /// <param name="name">The app.</param>
    /// <param name="wait">Waits for its end.</param>
    /// <param name="cancellation">Gives up waiting, not the run.</param>
    /// <returns>The run.</returns>
    public Task<RunView> Run(string name, bool wait, CancellationToken cancellation = default) =>
        Send(HttpMethod.Post, App(name, wait ? "/run?wait=1" : "/run"), ContractsJson.Default.RunView, cancellation);

    /// <summary>Sends a JSON value to instances over their channels.</summary>
    /// <param name="selector"><c>all</c>, <c>APP</c> or <c>APP:INDEX</c>.</param>
    /// <param name="json">One JSON value.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>How many it was sent to.</returns>
    public Task<SentView> Send(string selector, string json, CancellationToken cancellation = default) =>
        Send(HttpMethod.Post, Instance(selector, "/message"), ContractsJson.Default.SentView, cancellation, new StringContent(json, System.Text.Encoding.UTF8, "application/json"));

    /// <summary>Asks instances to do something that they offer, and waits for their answers.</summary>
    /// <param name="selector"><c>all</c>, <c>APP</c> or <c>APP:INDEX</c>.</param>
    /// <param name="request">What.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>An answer or an error for each.</returns>
    public Task<ActionView[]> Act(string selector, ActionRequest request, CancellationToken cancellation = default) =>
        Send(HttpMethod.Post, Instance(selector, "/action"), ContractsJson.Default.ActionViewArray, cancellation, JsonContent.Create(request, ContractsJson.Default.ActionRequest));

    /// <summary>What instances say over their channels from now on. Ends with the daemon.</summary>
    /// <param name="selector"><c>all</c>, <c>APP</c> or <c>APP:INDEX</c>.</param>
    /// <param name="cancellation">Ends the stream.</param>
    /// <param name="listening">Called when nothing is missed any more.</param>
    public async IAsyncEnumerable<MessageView> Messages(string selector = "all", Action? listening = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var line in Lines($"v1/messages?app={Uri.EscapeDataString(selector)}", "application/x-ndjson", cancellation, listening).ConfigureAwait(false))
        {
            if (!line.StartsWith("{\"missed\"", StringComparison.Ordinal) && JsonSerializer.Deserialize(line, ContractsJson.Default.MessageView) is { } view)
            {
                yield return view;
            }
        }
    }

    /// <summary>Stops apps and forgets them.</summary>
    public async Task Delete(string selector, CancellationToken cancellation = default)
    {
        using var answer = await Answer(new(HttpMethod.Delete, App(selector, "")), HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
    }

    /// <summary>Has restarts and crashes of instances count anew.</summary>
    /// <returns>The instances.</returns>
    public Task<InstanceView[]> Reset(string selector, CancellationToken cancellation = default) => Operate(selector, "/reset", cancellation);

    /// <summary>Sends a signal to the main process of each instance.</summary>
    /// <returns>The instances.</returns>
    public Task<InstanceView[]> Signal(string selector, string signal, CancellationToken cancellation = default) =>
        Operate(selector, $"/signal?signal={Uri.EscapeDataString(signal)}", cancellation);

    /// <summary>Any request that has no method of its own here.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path and query, escaped, without a slash at its beginning.</param>
    /// <param name="body">The body; null: none.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The body of the answer.</returns>
    public async Task<string> Ask(HttpMethod method, string path, HttpContent? body = null, CancellationToken cancellation = default)
    {
        using var answer = await Answer(new(method, path) { Content = body }, HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
        return await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Any stream of lines that has no method of its own here. Empty lines are left out.</summary>
    /// <param name="path">Path and query, escaped, without a slash at its beginning.</param>
    /// <param name="accept">Media type.</param>
    /// <param name="begun">Called when nothing is missed any more.</param>
    /// <param name="cancellation">Ends the stream.</param>
    public async IAsyncEnumerable<string> Follow(string path, string accept, Action? begun = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new(accept));
        using var answer = await Answer(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        begun?.Invoke();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
        while (await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }

    /// <summary>Writes a generation of the state now.</summary>
    public Task<SavedView> Save(CancellationToken cancellation = default) =>
        Send(HttpMethod.Post, "v1/save", ContractsJson.Default.SavedView, cancellation);

    /// <summary>Stops the daemon.</summary>
    /// <param name="keepApps">True: the apps go on running.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task Shutdown(bool keepApps, CancellationToken cancellation = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, keepApps ? "v1/shutdown?keepApps=1" : "v1/shutdown");
        using var answer = await Answer(request, HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
    }

    /// <summary>The last lines, then what comes.</summary>
    /// <param name="selector"><c>all</c>, <c>APP</c> or <c>APP:INDEX</c>.</param>
    /// <param name="lines">How many of the last lines.</param>
    /// <param name="follow">False: end after those.</param>
    /// <param name="stream"><c>out</c>, <c>err</c>, or null for both.</param>
    /// <param name="cancellation">Ends the stream.</param>
    public async IAsyncEnumerable<LogLineView> Logs(
        string selector, int lines, bool follow, string? stream = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var query = $"v1/logs?app={Uri.EscapeDataString(selector)}&lines={lines}&follow={(follow ? 1 : 0)}{(stream is null ? "" : "&stream=" + stream)}";
        await foreach (var line in Lines(query, "application/x-ndjson", cancellation).ConfigureAwait(false))
        {
            if (JsonSerializer.Deserialize(line, ContractsJson.Default.LogLineView) is { } view)
            {
                yield return view;
            }
        }
    }

    /// <summary>Where the output of instances is kept.</summary>
    /// <param name="selectors"><c>APP</c>, <c>APP:INDEX</c> or <c>/REGEX/</c>; none: all.</param>
    /// <param name="ns">Only apps of this namespace; null: any.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<LogStreamView[]> LogStreams(IReadOnlyList<string> selectors, string? ns = null, CancellationToken cancellation = default) =>
        Send(HttpMethod.Get, "v1/logs/streams" + Selected('?', selectors, ns), ContractsJson.Default.LogStreamViewArray, cancellation);

    /// <summary>What is printed from now on.</summary>
    /// <param name="selectors"><c>APP</c>, <c>APP:INDEX</c> or <c>/REGEX/</c>; none: all.</param>
    /// <param name="ns">Only apps of this namespace; null: any.</param>
    /// <param name="stream"><c>out</c>, <c>err</c>, or null for both.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The stream, which has begun; dispose it to leave.</returns>
    public async Task<LiveLogs> FollowLogs(IReadOnlyList<string> selectors, string? ns = null, string? stream = null, CancellationToken cancellation = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"v1/logs?lines=0&follow=1&positions=1{(stream is null ? "" : "&stream=" + stream)}{Selected('&', selectors, ns)}");
        request.Headers.Accept.Add(new("application/x-ndjson"));
        var answer = await Answer(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        return await LiveLogs.Begin(answer, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string Instance(string selector, string action) => $"v1/instances/{Uri.EscapeDataString(selector)}{action}";

    private static string Selected(char first, IReadOnlyList<string> selectors, string? ns)
    {
        var query = string.Join('&', selectors.Select(s => "app=" + Uri.EscapeDataString(s)).Concat(ns is null ? [] : ["namespace=" + Uri.EscapeDataString(ns)]));
        return query.Length == 0 ? "" : first + query;
    }

    private static string App(string selector, string action) => $"v1/apps/{Uri.EscapeDataString(selector)}{action}";

    private Task<InstanceView[]> Operate(string selector, string action, CancellationToken cancellation) =>
        Send(HttpMethod.Post, App(selector, action), ContractsJson.Default.InstanceViewArray, cancellation);

    private async IAsyncEnumerable<string> Lines(string path, string accept, [EnumeratorCancellation] CancellationToken cancellation, Action? listening = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new(accept));
        using var answer = await Answer(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        listening?.Invoke();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
        while (await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }

    private async Task<T> Send<T>(HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancellation, HttpContent? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        using var answer = await Answer(request, HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
        return await answer.Content.ReadFromJsonAsync(type, cancellation).ConfigureAwait(false)
            ?? throw new HttpRequestException($"the daemon answered null to {path}");
    }

    private async Task<HttpResponseMessage> Answer(HttpRequestMessage request, HttpCompletionOption until, CancellationToken cancellation)
    {
        using (request)
        {
            var answer = await _http.SendAsync(request, until, cancellation).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }

            using (answer)
            {
                throw new PharosApiException(await Problem(answer, cancellation).ConfigureAwait(false));
            }
        }
    }

    private static async Task<ProblemView> Problem(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var status = (int)answer.StatusCode;
        var nothing = new ProblemView { Status = status, Title = "internal", Detail = $"the daemon answered {status} without saying why" };
        try
        {
            return await answer.Content.ReadFromJsonAsync(ContractsJson.Default.ProblemView, cancellation).ConfigureAwait(false) ?? nothing;
        }
        catch (JsonException)
        {
            return nothing; // an answer of the server below our endpoints: the status is all there is
        }
    }
}
