using Pharos.Core.Lifecycle;
using Pharos.Supervisor.Actors;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Supervisor.Tests.Messages;

public sealed class SpeechTests : IAsyncLifetime
{
    private readonly World _world = new();

    [Fact]
    public async Task What_an_app_says_reaches_every_listener_as_it_came()
    {
        var actor = await Talking();
        using var first = _world.Supervisor.Messages.Listen();
        using var second = _world.Supervisor.Messages.Listen();
        _world.Host.Only.Hears!("{\"type\":\"process:msg\",\"data\":{\"n\":1.50}}");
        foreach (var listener in new[] { first, second })
        {
            Assert.True(listener.TryRead(out var message));
            Assert.Equal((actor.Snapshot.Key, 1, "{\"type\":\"process:msg\",\"data\":{\"n\":1.50}}"), (message.Key, message.Incarnation, message.Json));
        }
    }

    [Fact]
    public async Task A_listener_that_stands_still_is_bounded_and_told_what_it_missed()
    {
        await Talking();
        using var slow = _world.Supervisor.Messages.Listen();
        for (var i = 0; i < 5000; i++)
            _world.Host.Only.Hears!("1");
        var read = 0;
        while (slow.TryRead(out _))
            read++;
        Assert.Equal((4096, 904, 0), (read, slow.TakeMissed(), slow.TakeMissed()));
        _world.Host.Only.Hears!("2");
        Assert.True(slow.TryRead(out var next)); // it goes on
        Assert.Equal("2", next.Json);
    }

    [Fact]
    public async Task An_app_is_asked_for_what_it_offers_and_answers_are_given_in_order()
    {
        var actor = await Talking();
        _world.Host.Only.Hears!("""{"type":"axm:action","data":{"action_name":"refresh","action_type":"custom","arity":1}}""");
        Assert.Equal("refresh", Assert.Single(actor.Heard.Actions).Name);
        var first = actor.Speech!.AskAsync("refresh", null, CancellationToken.None);
        var second = actor.Speech.AskAsync("refresh", "{\"all\":true}", CancellationToken.None);
        Assert.Equal(["\"refresh\"", "{\"msg\":\"refresh\",\"opts\":{\"all\":true}}"], _world.Host.Only.Talk.Sent);
        _world.Host.Only.Hears!("""{"type":"axm:reply","data":{"action_name":"refresh","return":1}}""");
        Assert.Equal("1", await first.WaitAsync(Eventually.DefaultDeadline));
        Assert.False(second.IsCompleted);
        _world.Host.Only.End(1); // nobody answers any more
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Eventually.DefaultDeadline));
    }

    [Fact]
    public async Task What_an_app_measures_of_itself_and_serves_are_metrics_of_its_instance_and_end_with_its_process()
    {
        var actor = await Talking();
        _world.Host.Only.Hears!("""{"type":"axm:monitor","data":{"Heap Usage":{"value":"50","unit":"%"},"Active requests":{"value":3}}}""");
        _world.Host.Only.Hears!("""{"cmd":"NODE_PHAROS","act":"http","d":[["GET",200,0.5,[0,9,6,1]]]}""");
        Assert.Equal(["{\"cmd\":\"NODE_PHAROS\",\"act\":\"ok\"}"], _world.Host.Only.Talk.Sent);
        var points = _world.Metrics().SelectMany(b => b.Points).ToList();
        Assert.Equal((0.5, "1"), points.Where(p => p.Metric.Name == "app.heap_usage").Select(p => (p.Double, p.Metric.Unit)).Single());
        Assert.Equal(3, points.Single(p => p.Metric.Name == "app.active_requests").Double);
        var served = points.Single(p => p.Metric.Name == "http.server.request.duration");
        Assert.Equal(("GET", "200", 10L, 0.5), (served.Attribute1, served.Attribute2, served.Histogram!.Counts.Sum(), served.Histogram.Sum));
        Assert.Equal(1.0, actor.Traffic!.Value.PerSecond);
        Assert.InRange(actor.Traffic.Value.P95Seconds!.Value, 0.1, 0.25);
        Assert.Null(await _world.Supervisor.StopAsync("web", default, CancellationToken.None));
        Assert.True(_world.Metrics().SelectMany(b => b.Points).Single(p => p.Metric.Name == "app.heap_usage").NoRecordedValue);
        Assert.DoesNotContain(_world.Metrics().SelectMany(b => b.Points), p => p.Metric.Name == "app.heap_usage");
    }

    [Fact]
    public async Task A_stop_by_message_is_a_message_and_the_grace_is_for_both()
    {
        var actor = await Talking(World.Spec() with { Ipc = true, StopMessage = "\"shutdown\"" });
        var process = _world.Host.Only;
        var stop = _world.Supervisor.StopAsync("web", default, CancellationToken.None);
        await Eventually.True(() => process.Talk.Sent.Contains("\"shutdown\""), "it is told");
        Assert.Empty(process.Signals);
        await _world.TimePasses(() => stop.IsCompleted, "it is killed when its grace has passed");
        Assert.Equal((9, ExitReason.StopTimeoutKill), (process.Signals.Single(), actor.Snapshot.LastExit!.Reason));
    }

    [Fact]
    public async Task Only_Node_apps_have_a_channel_unless_they_ask()
    {
        await _world.Running();
        Assert.False(_world.Host.Spawned.Single().NodeChannel);
        await _world.Running(World.Spec("b") with { Ipc = true });
        Assert.True(_world.Host.Spawned.Last().NodeChannel);
        await _world.Running(World.Spec("c") with { Script = "/usr/bin/node" });
        Assert.True(_world.Host.Spawned.Last().NodeChannel);
        await _world.Running(World.Spec("d") with { Script = "/usr/bin/node", Ipc = false });
        Assert.False(_world.Host.Spawned.Last().NodeChannel);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private async Task<InstanceActor> Talking(Core.Specs.AppSpec? spec = null)
    {
        var actor = await _world.Running(spec ?? (World.Spec() with { Ipc = true }));
        await Eventually.True(() => _world.Host.Only.Hears is not null, "it is listened to");
        return actor;
    }
}
