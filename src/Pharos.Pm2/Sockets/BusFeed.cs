using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pharos.Contracts;
using Pharos.Contracts.Client;

namespace Pharos.Pm2.Sockets;

/// <summary>From our streams of events, output and messages to PM2's bus. It reads them while somebody listens there.</summary>
internal sealed class BusFeed : IAsyncDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Expectation = TimeSpan.FromSeconds(15);

    private readonly PharosClient _client;
    private readonly Bus _bus;
    private readonly BusEvents _events;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<(int Number, string Event), DateTimeOffset> _expected = new();
    private readonly ConcurrentDictionary<(string App, int Index), DateTimeOffset> _exits = new();
    private readonly Task _loop;
    private TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BusFeed(PharosClient client, Bus bus)
    {
        (_client, _bus) = (client, bus);
        _events = new BusEvents(client);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Waits until who listens by now misses nothing of what is begun from now on.</summary>
    public Task ReadyAsync() =>
        _bus.HasSubscribers ? Task.WhenAny(Volatile.Read(ref _attached).Task, Task.Delay(Patience)) : Task.CompletedTask;

    /// <summary>A client does something and tells it on the bus itself: it is not to be told twice.</summary>
    public void Expect(int number, string name) => _expected[(number, name)] = DateTimeOffset.UtcNow;

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _bus.Somebody.WaitAsync(_stop.Token);
                using var round = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                using var attached = new CountdownEvent(3);
                void Attach()
                {
                    if (!attached.IsSet && attached.Signal())
                        Volatile.Read(ref _attached).TrySetResult();
                }

                var streams = Task.WhenAll(FollowEventsAsync(Attach, round.Token), FollowOutputAsync(Attach, round.Token), FollowMessagesAsync(Attach, round.Token));
                await _bus.Nobody.WaitAsync(_stop.Token);
                Volatile.Write(ref _attached, new(TaskCreationOptions.RunContinuationsAsynchronously));
                await round.CancelAsync();
                await streams;
            }
            catch (OperationCanceledException)
            {
                // The daemon goes.
            }
        }
    }

    /// <summary>Goes on after an interruption: our own server is slow, or is being replaced.</summary>
    private static async Task FollowAsync(Func<Action, IAsyncEnumerable<string>> open, Action attach, Func<string, Task> take, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var first = attach;
                attach = () => { };
                await foreach (var line in open(first).WithCancellation(stop))
                    await take(line);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or PharosApiException or JsonException)
            {
                attach();
            }

            try
            {
                await Task.Delay(Again, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private Task FollowEventsAsync(Action attach, CancellationToken stop)
    {
        var name = "";
        return FollowAsync(begun => _client.Follow("v1/events", "text/event-stream", begun, stop), attach, async line =>
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line["event: ".Length..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                return;
            var data = line["data: ".Length..];
            if (name == "snapshot")
            {
                foreach (var it in JsonSerializer.Deserialize(data, ContractsJson.Default.InstanceViewArray) ?? [])
                    IsNewExit(it);
            }
            else if (name == "change" && JsonSerializer.Deserialize(data, ContractsJson.Default.EventView) is { } e)
            {
                await TellAsync(e, stop);
            }
        }, stop);
    }

    private async Task TellAsync(EventView e, CancellationToken stop)
    {
        // Our own word for an end waits until the last of the output is read, and the next process may be up by then: PM2's comes first.
        IEnumerable<(string, bool)> names = BusEvents.NamesOf(e);
        foreach (var (name, manually) in IsNewExit(e.Instance) ? names.Prepend(("exit", false)) : names)
        {
            if (_expected.TryRemove((e.Instance.Number, name), out var at) && DateTimeOffset.UtcNow - at < Expectation)
                continue;
            if (await _events.OfAsync(e, name, manually, stop) is { } value)
                _bus.Publish(BusEvents.Topic, value);
        }
    }

    private bool IsNewExit(InstanceView it)
    {
        if (it.LastExit is not { } exit || (_exits.TryGetValue((it.App, it.Index), out var told) && told >= exit.At))
            return false;
        _exits[(it.App, it.Index)] = exit.At;
        return true;
    }

    private Task FollowOutputAsync(Action attach, CancellationToken stop) =>
        FollowAsync(begun => _client.Follow("v1/logs?app=all&lines=0&follow=1", "application/x-ndjson", begun, stop), attach, async text =>
        {
            if (JsonSerializer.Deserialize(text, ContractsJson.Default.LogLineView) is not { } line || await _events.NameOfAsync(line.App, line.Index, stop) is not { } process)
                return;
            process["rev"] = null;
            _bus.Publish(line.Stream == "stderr" ? "log:err" : "log:out", new JsonObject
            {
                ["process"] = process,
                ["at"] = (line.At ?? DateTimeOffset.UtcNow).ToUnixTimeMilliseconds(),
                ["data"] = line.Line + "\n",
            });
        }, stop);

    private Task FollowMessagesAsync(Action attach, CancellationToken stop) =>
        FollowAsync(begun => _client.Follow("v1/messages?app=all", "application/x-ndjson", begun, stop), attach, async text =>
        {
            if (JsonNode.Parse(text) is JsonObject said && said["app"] is { } app && said["index"] is { } index && await _events.NameOfAsync(app.ToString(), (int)index, stop) is { } process)
                AppSaid.Publish(_bus, said["message"]?.DeepClone(), process);
        }, stop);

    /// <summary>Ends the streams.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }
}
