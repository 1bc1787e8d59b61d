using System.Text.Json;
using Pharos.Contracts;
using Pharos.Core.Ports;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Api.Tests;

public sealed class EndpointTests : IAsyncLifetime
{
    private readonly Server _server = new();

    [Fact]
    public async Task An_app_is_declared_described_stopped_and_deleted()
    {
        var (status, body, _) = await _server.Declare("web");
        Assert.Equal((201, "web"), (status, JsonDocument.Parse(body).RootElement[0].GetProperty("app").GetString()));
        Assert.Equal("/bin/app", JsonDocument.Parse((await _server.Ask("GET", "/v1/apps/web")).Body).RootElement.GetProperty("script").GetString());
        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse((await _server.Ask("GET", "/v1/apps/all")).Body).RootElement.ValueKind);
        Assert.Equal("stopped", JsonDocument.Parse((await _server.Ask("POST", "/v1/apps/web:0/stop")).Body).RootElement[0].GetProperty("state").GetString());
        Assert.Equal((200, "[]"), ((await _server.Ask("DELETE", "/v1/apps/web")) is var (code, left, _) ? (code, left) : default));
    }

    [Fact]
    public async Task Values_of_the_environment_are_shown_only_to_who_asks_for_them()
    {
        var request = new StartRequest
        {
            Script = "/bin/app",
            Cwd = "/",
            Name = "web",
            Env = new Dictionary<string, string> { ["TOKEN"] = "s3cret" },
            Annotations = new Dictionary<string, string> { ["face"] = "{}" },
            PidFile = "web-{number}.pid",
        };
        await _server.Ask("POST", "/v1/apps", JsonSerializer.Serialize(request, ContractsJson.Default.StartRequest));
        foreach (var path in new[] { "/v1/apps/web", "/v1/apps/all", "/v1/instances" })
            Assert.DoesNotContain("s3cret", (await _server.Ask("GET", path)).Body, StringComparison.Ordinal);
        var app = JsonSerializer.Deserialize((await _server.Ask("GET", "/v1/apps/web?env=1")).Body, ContractsJson.Default.AppView)!;
        Assert.Equal(("s3cret", "{}"), (app.Env!["TOKEN"], app.Annotations["face"]));
        Assert.Equal((0, "/web-0.pid"), (app.Instances[0].Number, app.Instances[0].PidFile));
        Assert.NotNull(app.Instances[0].CreatedAt);
    }

    [Fact]
    public async Task What_is_sent_to_a_stdin_gets_there_and_an_app_without_one_refuses_it()
    {
        await _server.Ask("POST", "/v1/apps", JsonSerializer.Serialize(new StartRequest { Script = "/bin/app", Cwd = "/", Name = "asks", Stdin = true }, ContractsJson.Default.StartRequest));
        await _server.Declare("deaf");
        Assert.Equal(200, (await _server.Ask("POST", "/v1/instances/asks:0/stdin", "a line\n")).Status);
        var (path, text) = Assert.Single(_server.World.Host.Input);
        Assert.Equal(("a line\n", path), (text, _server.World.Host.Spawned.First().StdinPath));
        Assert.Null(_server.World.Host.Spawned.Last().StdinPath);
        var (status, body, _) = await _server.Ask("POST", "/v1/instances/deaf/stdin", "a line\n");
        Assert.Equal(409, status);
        Assert.Contains("deaf:0: its stdin is /dev/null", body, StringComparison.Ordinal);
        Assert.Equal(400, (await _server.Ask("POST", "/v1/instances/asks/stdin", "")).Status);
        await _server.Ask("POST", "/v1/apps/asks/stop");
        Assert.Contains("it does not run", (await _server.Ask("POST", "/v1/instances/asks/stdin", "x")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_a_problem_with_an_exit_code_and_a_line_for_who_asks_for_text()
    {
        var (status, body, answer) = await _server.Ask("POST", "/v1/apps/nope/stop");
        Assert.Equal(404, status);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("1", answer.Headers.GetValues("Pharos-Exit-Code").Single());
        Assert.Equal("not-found", JsonDocument.Parse(body).RootElement.GetProperty("title").GetString());

        var text = await _server.Ask("POST", "/v1/apps/nope/stop", accept: "text/plain");
        Assert.Equal((404, "pharos: no app or instance 'nope'; there are no apps yet\n"), (text.Status, text.Body));
        Assert.Equal("1", text.Answer.Headers.GetValues("Pharos-Exit-Code").Single());
    }

    [Fact]
    public async Task A_text_answer_is_a_table_with_exit_code_0()
    {
        await _server.Declare("web");
        var (status, body, answer) = await _server.Ask("GET", "/v1/instances?width=120", accept: "text/plain");
        Assert.Equal(200, status);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("0", answer.Headers.GetValues("Pharos-Exit-Code").Single());
        Assert.Contains("web", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_run_and_a_command_that_waits_exits_as_it_does()
    {
        var request = new StartRequest { Script = "/bin/app", Cwd = "/", Name = "job", Schedule = new() { Cron = "0 0 1 1 *", Zone = "UTC" } };
        var declared = await _server.Ask("POST", "/v1/apps", JsonSerializer.Serialize(request, ContractsJson.Default.StartRequest));
        var instance = JsonDocument.Parse(declared.Body).RootElement[0];
        Assert.Equal("stopped", instance.GetProperty("state").GetString());
        var next = instance.GetProperty("nextRunAt").GetDateTimeOffset();
        Assert.Equal((1, 1, 0), (next.Month, next.Day, next.Hour));

        _server.World.Host.BeforeSpawnReturns = p => p.End(7);
        var (status, body, answer) = await _server.Ask("POST", "/v1/apps/job/run?wait=1");
        Assert.Equal((200, "7"), (status, answer.Headers.GetValues("Pharos-Exit-Code").Single()));
        var run = JsonDocument.Parse(body).RootElement;
        Assert.Equal(("failure", "manual", 7), (run.GetProperty("outcome").GetString(), run.GetProperty("trigger").GetString(), run.GetProperty("code").GetInt32()));

        _server.World.Host.BeforeSpawnReturns = p => p.End(new Pharos.Core.Lifecycle.ExitStatus(null, 15));
        var text = await _server.Ask("POST", "/v1/apps/job/run?wait=1", accept: "text/plain");
        Assert.Equal("143", text.Answer.Headers.GetValues("Pharos-Exit-Code").Single());
        Assert.StartsWith("job run 2: failure, SIGTERM, after ", text.Body, StringComparison.Ordinal);

        _server.World.Host.BeforeSpawnReturns = null;
        var begun = await _server.Ask("POST", "/v1/apps/job/run", accept: "text/plain");
        Assert.Equal(("job run 3 goes on in job:0\n", "0"), (begun.Body, begun.Answer.Headers.GetValues("Pharos-Exit-Code").Single()));
        var refused = await _server.Ask("POST", "/v1/apps/job/run", accept: "text/plain");
        Assert.Equal((409, "1"), (refused.Status, refused.Answer.Headers.GetValues("Pharos-Exit-Code").Single()));
        var job = JsonDocument.Parse((await _server.Ask("GET", "/v1/apps/job")).Body).RootElement.GetProperty("job");
        Assert.Equal([3, 2, 1], job.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("number").GetInt64()));
        Assert.Contains("last runs", (await _server.Ask("GET", "/v1/apps/job", accept: "text/plain")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("409", "web", null)]
    [InlineData("422", "other", "no such file")]
    public async Task What_cannot_be_declared_says_why(string status, string name, string? unresolved)
    {
        await _server.Declare("web");
        _server.World.Host.Unresolved = unresolved is null ? null : new LaunchRefused(unresolved);
        Assert.Equal(status, (await _server.Declare(name)).Status.ToString());
    }

    [Theory]
    [InlineData("GET", "/v9/nothing")]
    [InlineData("GET", "/v9/file.json")]
    [InlineData("PUT", "/v1/apps/web")]
    public async Task An_unknown_endpoint_names_the_list_of_endpoints(string method, string path)
    {
        var (status, body, _) = await _server.Ask(method, path);
        Assert.Equal(404, status);
        Assert.Contains("/openapi.json", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "not a StartRequest")]
    [InlineData("null", "body is empty")]
    [InlineData("""{"cwd":"/"}""", "script")]
    [InlineData("""{"script":null,"cwd":null,"env":{"A":null},"args":[null]}""", "script is empty")]
    [InlineData("""{"script":"x","cwd":"/","args":null,"env":null,"limits":null,"stopExitCodes":null,"minUptime":"NaN"}""", "min-uptime 'NaN' is not a duration")]
    public async Task A_body_that_is_not_one_is_refused_in_words(string body, string says)
    {
        var (status, answer, _) = await _server.Ask("POST", "/v1/apps", body);
        Assert.Equal(400, status);
        Assert.Contains(says, JsonDocument.Parse(answer).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/logs?stream=both")]
    [InlineData("/v1/logs?lines=-1")]
    [InlineData("/v1/logs?lines=many")]
    [InlineData("/v1/logs?lines=100001")]
    [InlineData("/v1/logs?follow=true")]
    public async Task A_log_query_that_makes_no_sense_is_refused(string path) => Assert.Equal(400, (await _server.Ask("GET", path)).Status);

    [Fact]
    public async Task Logs_are_the_last_lines_of_the_stream_that_is_asked_for()
    {
        _server.World.Host.BeforeSpawnReturns = _ =>
        {
            var request = _server.World.Host.Spawned.Last();
            File.AppendAllText(request.StdoutPath, "one\ntwo\n");
            File.AppendAllText(request.StderrPath, "wrong\n");
        };
        await _server.Declare("web");
        await Eventually.True(async () => (await _server.Ask("GET", "/v1/logs?app=web&stream=out&lines=1", accept: "text/plain")).Body == "two\n", "the last line of stdout");
        await Eventually.True(async () => (await _server.Ask("GET", "/v1/logs?app=web&stream=err", accept: "text/plain")).Body == "wrong\n", "stderr");
        var json = (await _server.Ask("GET", "/v1/logs?stream=out", accept: "application/x-ndjson")).Body;
        Assert.Equal(["one", "two"], json.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement.GetProperty("line").GetString()));
    }

    [Fact]
    public async Task Values_of_the_environment_are_in_no_answer()
    {
        const string Secret = "s3cr3t-value-of-a-variable";
        var answers = (await _server.Declare("web", ("DB_PASSWORD", Secret), ("PLAIN", Secret))).Body;
        foreach (var (path, accept) in new[] { "/v1/instances", "/v1/apps/web", "/v1/apps/all", "/v1/daemon" }.SelectMany(p => new[] { (p, "application/json"), (p, "text/plain") }))
            answers += (await _server.Ask("GET", path, accept: accept)).Body;
        await using var events = await _server.Http.GetStreamAsync("/v1/events");
        using var reader = new StreamReader(events);
        answers += (await Frame(reader)).Data;
        await _server.Ask("POST", "/v1/apps/web/restart");
        answers += (await Frame(reader)).Data;
        answers += string.Concat(_server.World.Said);
        Assert.Contains("DB_PASSWORD", answers, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, answers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_begin_with_the_picture_and_go_on_with_changes_in_order()
    {
        await _server.Declare("web");
        await using var events = await _server.Http.GetStreamAsync("/v1/events");
        using var reader = new StreamReader(events);
        var first = await Frame(reader);
        Assert.Equal("snapshot", first.Name);
        Assert.Equal("web", JsonDocument.Parse(first.Data).RootElement[0].GetProperty("app").GetString());
        await _server.Ask("POST", "/v1/apps/web/stop");
        var change = await Frame(reader);
        Assert.Equal(("change", first.Id + 1), (change.Name, change.Id));
        Assert.Equal("web", JsonDocument.Parse(change.Data).RootElement.GetProperty("instance").GetProperty("app").GetString());
    }

    [Theory]
    [InlineData("true", 400)]
    [InlineData("yes", 400)]
    public async Task A_shutdown_that_may_have_been_meant_to_keep_the_apps_does_not_stop_them(string keep, int status)
    {
        await _server.Declare("web");
        Assert.Equal(status, (await _server.Ask("POST", $"/v1/shutdown?keepApps={keep}")).Status);
        Assert.Single(_server.World.Host.Alive);
        Assert.False(_server.Shutdown.Task.IsCompleted);
    }

    [Fact]
    public async Task Shutdown_keeps_the_apps_when_asked_and_stops_them_otherwise()
    {
        await _server.Declare("web");
        Assert.Equal(200, (await _server.Ask("POST", "/v1/shutdown?keepApps=1")).Status);
        Assert.True(await _server.Shutdown.Task.WaitAsync(Eventually.DefaultDeadline));
        Assert.Single(_server.World.Host.Alive);
        Assert.Equal(200, (await _server.Ask("POST", "/v1/shutdown")).Status);
        Assert.Empty(_server.World.Host.Alive);
    }

    [Fact]
    public async Task A_peer_that_may_not_command_is_cut_off()
    {
        _server.Allowed = false;
        await Assert.ThrowsAsync<HttpRequestException>(() => _server.Ask("GET", "/v1/daemon"));
    }

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    private static async Task<(string Name, long Id, string Data)> Frame(StreamReader reader)
    {
        var (name, id, data) = ("", 0L, "");
        while (await reader.ReadLineAsync().WaitAsync(Eventually.DefaultDeadline) is { Length: > 0 } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = long.Parse(line[4..]);
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
        }

        return (name, id, data);
    }
}
