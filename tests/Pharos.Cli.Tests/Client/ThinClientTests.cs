using System.Text;
using System.Text.Json;
using Pharos.Contracts;
using Xunit;

namespace Pharos.Cli.Tests.Client;

public sealed class ThinClientTests
{
    [Fact]
    public void The_body_is_printed_and_the_exit_code_is_the_daemons()
    {
        using var bench = new Bench();
        using var server = bench.Serve(ScriptedServer.Response("two lines\nof text\n", headers: "Pharos-Exit-Code: 7\r\n"));
        Assert.Equal((7, "two lines\nof text\n", ""), (bench.Run("list"), bench.Out, bench.Err));
    }

    [Fact]
    public void An_error_goes_to_stderr_with_exit_code_1_and_a_newline()
    {
        using var bench = new Bench();
        using var server = bench.Serve(ScriptedServer.Response("pharos: no app is called web", 404));
        Assert.Equal((1, "", "pharos: no app is called web\n"), (bench.Run("stop", "web"), bench.Out, bench.Err));
    }

    [Fact]
    public void A_body_larger_than_any_buffer_arrives_whole()
    {
        using var bench = new Bench();
        var body = string.Concat(Enumerable.Range(0, 300_000).Select(i => $"line {i}\n"));
        using var server = bench.Serve(ScriptedServer.Response(body));
        Assert.Equal(0, bench.Run("list"));
        Assert.Equal(body, bench.Out);
    }

    [Fact]
    public void A_stream_is_printed_while_it_comes()
    {
        using var bench = new Bench();
        string? seenBetween = null;
        using var server = bench.Serve(_ => Stream());
        Assert.Equal(0, bench.Run("list", "web"));
        Assert.Equal(("first\n", "first\nsecond\n"), (seenBetween, bench.Out));

        IEnumerable<byte[]> Stream()
        {
            yield return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n"u8.ToArray();
            SpinWait.SpinUntil(() => bench.Out.Length > 0, TimeSpan.FromSeconds(20));
            seenBetween = bench.Out;
            yield return "7\r\nsecond\n\r\n0\r\n\r\n"u8.ToArray();
        }
    }

    [Theory]
    [InlineData("", "without an answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", "without an answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc\n", "in the middle of its answer")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabc\n\r\n", "in the middle of its answer")]
    public void A_daemon_that_dies_in_the_middle_is_one_line_and_exit_code_1(string answer, string when)
    {
        using var bench = new Bench();
        using var server = bench.Serve(answer);
        Assert.Equal(1, bench.Run("list"));
        Assert.Equal($"pharos: the daemon closed the connection {when}; its log is daemon.log in its home\n", bench.Err);
    }

    [Fact]
    public void Something_else_on_the_socket_is_one_line_and_exit_code_1()
    {
        using var bench = new Bench();
        using var server = bench.Serve("220 mail ESMTP\r\n");
        Assert.Equal(1, bench.Run("list"));
        Assert.Equal("pharos: what answers on the socket does not speak HTTP; is another program using this PHAROS_HOME?\n", bench.Err);
    }

    [Theory]
    [InlineData("GET /v1/instances?width=0&color=0", "list")]
    [InlineData("GET /v1/instances?width=0&color=1", "ls", "--color")]
    [InlineData("GET /v1/instances?app=web&width=0&color=0", "status", "web")]
    [InlineData("GET /v1/apps/web?width=0&color=0", "show", "web")]
    [InlineData("POST /v1/apps/web:1/stop?width=0&color=0", "stop", "web:1")]
    [InlineData("POST /v1/apps/all/restart?width=0&color=0", "restart", "all")]
    [InlineData("DELETE /v1/apps/a%20b%2F%C3%A9?width=0&color=0", "rm", "a b/é")]
    [InlineData("POST /v1/save?width=0&color=0", "save")]
    [InlineData("GET /v1/daemon?width=0&color=0", "ping")]
    [InlineData("POST /v1/shutdown?width=0&color=0", "kill")]
    [InlineData("POST /v1/shutdown?keepApps=1&width=0&color=0", "kill", "--keep-apps")]
    public void Each_verb_is_one_request(string expected, params string[] args)
    {
        using var bench = new Bench();
        using var server = bench.Serve(ScriptedServer.Response(""));
        Assert.Equal(0, bench.Run(args));
        Assert.Equal(expected + " HTTP/1.1", Assert.Single(server.Requests).Line);
    }

    [Theory]
    [InlineData("text/plain", "list")]
    [InlineData("application/json", "list", "--json")]
    [InlineData("text/plain", "ping")]
    [InlineData("application/json", "ping", "--json")]
    public void Text_is_asked_for_unless_the_user_wants_JSON(string accept, params string[] args)
    {
        using var bench = new Bench();
        using var server = bench.Serve(ScriptedServer.Response(""));
        bench.Run(args);
        Assert.Equal(accept, Assert.Single(server.Requests).Header("Accept"));
    }

    [Fact]
    public void Several_apps_are_several_requests_and_the_worst_exit_code_wins()
    {
        using var bench = new Bench();
        using var server = bench.Serve(r => [Encoding.UTF8.GetBytes(ScriptedServer.Response("x", r.Line.Contains("/b/") ? 404 : 200))]);
        Assert.Equal(1, bench.Run("stop", "a", "b", "c"));
        Assert.Equal(["/v1/apps/a/stop", "/v1/apps/b/stop", "/v1/apps/c/stop"], server.Requests.Select(r => r.Line.Split(' ', '?')[1]));
    }

    [Fact]
    public void A_command_begins_a_trace_and_names_its_own_span()
    {
        using var bench = new Bench();
        using var server = bench.Serve(ScriptedServer.Response(""));
        bench.Run("restart", "web");
        var request = Assert.Single(server.Requests);
        var trace = request.Header("traceparent")!.Split('-');
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$", request.Header("traceparent"));
        Assert.Matches($"^restart;pid={Environment.ProcessId};start=1[0-9]{{18}};span={trace[2]}$", request.Header("Pharos-Client"));
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false)]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false)]
    [InlineData("nonsense", false)]
    public void A_command_goes_on_with_a_valid_trace_of_the_shell(string traceparent, bool joins)
    {
        using var bench = new Bench(("TRACEPARENT", traceparent));
        using var server = bench.Serve(ScriptedServer.Response(""));
        bench.Run("list");
        var request = Assert.Single(server.Requests);
        Assert.Equal(joins, request.Header("traceparent")!.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", StringComparison.Ordinal));
        Assert.Equal(joins, request.Header("traceparent")!.EndsWith("-00", StringComparison.Ordinal));
        Assert.Equal(joins, request.Header("Pharos-Client")!.EndsWith(";parent=b7ad6b7169203331", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_that_is_no_file_starts_the_app_of_that_name()
    {
        using var bench = new Bench();
        using var server = bench.Serve(ScriptedServer.Response("started\n"));
        Assert.Equal((0, "started\n"), (bench.Run("start", "web"), bench.Out));
        Assert.StartsWith("POST /v1/apps/web/start?", Assert.Single(server.Requests).Line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_neither_file_nor_app_is_declared_as_a_command()
    {
        using var bench = new Bench();
        using var server = bench.Serve(r => [Encoding.UTF8.GetBytes(r.Line.Contains("/start?") ? ScriptedServer.Response("no such app", 404) : ScriptedServer.Response("declared\n"))]);
        Assert.Equal((0, "declared\n", ""), (bench.Run("start", "sleep"), bench.Out, bench.Err));
        Assert.Equal(["/v1/apps/sleep/start", "/v1/apps"], server.Requests.Select(r => r.Line.Split(' ', '?')[1]));
    }

    [Fact]
    public void A_file_is_declared_even_when_an_app_has_its_name()
    {
        using var bench = new Bench();
        File.WriteAllText(Path.Combine(bench.Cwd, "web"), "");
        using var server = bench.Serve(ScriptedServer.Response(""));
        bench.Run("start", "web");
        Assert.Equal("web", Body(server).Script);
    }

    [Fact]
    public void Options_become_the_request()
    {
        using var bench = new Bench(("TOKEN", "t0ken"));
        using var server = bench.Serve(ScriptedServer.Response(""));
        Assert.Equal(0, bench.Run(
            "start", "a.js", "-n", "web", "-i", "3", "--cwd", "sub", "--env", "A=b=c", "--env", "TOKEN", "--limit", "nofile=1k", "--limit=core=0:1",
            "--nice", "-5", "--kill-timeout", "3000", "--stop-exit-codes", "0,143", "--interpreter-args", "--inspect --x", "--no-otel-inject", "--no-autorestart", "--", "-p", "1"));
        var body = Body(server);
        Assert.Equal(("a.js", "web", 3, -5, "3000", false, "never"), (body.Script, body.Name, body.Instances, body.Nice, body.Grace, body.InjectOtel, body.Restart));
        Assert.Equal(Path.Combine(bench.Cwd, "sub"), body.Cwd);
        Assert.Equal(["-p", "1"], body.Args);
        Assert.Equal(["--inspect", "--x"], body.InterpreterArgs);
        Assert.Equal([0, 143], body.StopExitCodes);
        Assert.Equal(("b=c", "t0ken"), (body.Env["A"], body.Env["TOKEN"]));
        Assert.Equal(("1k", "0:1"), (body.Limits["nofile"], body.Limits["core"]));
    }

    [Fact]
    public void Options_about_output_become_settings_and_contradictions_are_refused()
    {
        using var bench = new Bench();
        using var server = bench.Serve(ScriptedServer.Response(""));
        Assert.Equal(0, bench.Run("start", "a.js", "--log", "all.log", "--merge-logs", "--log-type", "json", "--log-date-format", "%F %T", "--log-max-size", "20m", "--log-max-files", "7d", "--log-opt", "rotate.daily=true", "-o", "NULL"));
        var body = Body(server);
        Assert.Equal("NULL", body.OutFile);
        Assert.Equal($"file={Path.Combine(bench.Cwd, "all.log")} format=json merge=true rotate.age=7d rotate.daily=true rotate.keep=0 rotate.size=20m time=%F %T",
            string.Join(' ', body.Logs.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}={s.Value}")));
        Assert.Equal(2, bench.Run("start", "a.js", "--time", "--log-date-format", "x"));
        Assert.Equal(2, bench.Run("start", "a.js", "--log-max-size", "1m", "--log-opt", "rotate.size=2m"));
        Assert.Equal(2, bench.Run("start", "a.js", "--log-opt", "rotate"));
    }

    [Fact]
    public void A_script_in_this_folder_is_found_from_another_working_directory()
    {
        using var bench = new Bench();
        var script = Path.Combine(bench.Cwd, "a.js");
        File.WriteAllText(script, "");
        using var server = bench.Serve(ScriptedServer.Response(""));
        bench.Run("start", "a.js", "--cwd", "/");
        Assert.Equal((script, "/"), (Body(server).Script, Body(server).Cwd));
    }

    [Fact]
    public void A_secret_of_the_shell_stays_in_the_shell()
    {
        using var bench = new Bench(("AWS_SECRET_ACCESS_KEY", "s3cret"), ("GITHUB_TOKEN", "s3cret"), ("SSH_AUTH_SOCK", "s3cret"), ("LC_ALL", "C"), ("https_proxy", "http://p"));
        using var server = bench.Serve(ScriptedServer.Response(""));
        bench.Run("start", "./a.js");
        var request = Assert.Single(server.Requests);
        Assert.DoesNotContain("s3cret", Encoding.UTF8.GetString(request.Body), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", request.Head, StringComparison.Ordinal);
        Assert.Equal(["LC_ALL", "PATH", "https_proxy"], Body(server).Env.Keys.Order(StringComparer.Ordinal));
    }

    private static StartRequest Body(ScriptedServer server) =>
        JsonSerializer.Deserialize(server.Requests.Last().Body, ContractsJson.Default.StartRequest)!;
}
