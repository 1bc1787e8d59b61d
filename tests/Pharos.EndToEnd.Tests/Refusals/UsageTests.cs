using System.Net;
using System.Net.Sockets;
using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Refusals;

/// <summary>What is refused is refused in one line, with an exit code, and nobody else notices.</summary>
public sealed class UsageTests : PharosTest
{
    private Instance _other = null!;

    public override async Task InitializeAsync()
    {
        await Pharos.OkAsync("start", PharosCli.Fixture, "--name", "other", "--min-uptime", "20ms", "--", "stays-up");
        _other = await Pharos.RunningAsync("other");
    }

    [Theory]
    [InlineData("unknown verb 'strat'", "strat", "app.js")]
    [InlineData("unknown option '--nmae'", "start", "app.js", "--nmae", "x")]
    [InlineData("/no/such/script", "start", "/no/such/script", "--name", "app")]
    [InlineData("/no/such/folder", "start", "/bin/sleep", "--name", "app", "--cwd", "/no/such/folder", "--", "60")]
    [InlineData("nobody-of-this-name", "start", "/bin/sleep", "--name", "app", "--user", "nobody-of-this-name", "--", "60")]
    [InlineData("no-group-of-this-name", "start", "/bin/sleep", "--name", "app", "--group", "no-group-of-this-name", "--", "60")]
    [InlineData("exists already", "start", "/bin/sleep", "--name", "other", "--", "60")]
    [InlineData("is not usable", "start", "/bin/sleep", "--name", "a/b", "--", "60")]
    [InlineData("SIGNONSENSE", "start", "/bin/sleep", "--name", "app", "--stop-signal", "SIGNONSENSE", "--", "60")]
    [InlineData("soon", "start", "/bin/sleep", "--name", "app", "--grace", "soon", "--", "60")]
    [InlineData("NOT_IN_THIS_SHELL", "start", "/bin/sleep", "--name", "app", "--env", "NOT_IN_THIS_SHELL", "--", "60")]
    [InlineData("no app or instance 'nope'", "stop", "nope")]
    [InlineData("no app or instance 'other:7'", "restart", "other:7")]
    [InlineData("no app or instance 'nope'", "logs", "nope", "--no-follow")]
    [InlineData("--lines", "logs", "--lines", "many")]
    public async Task A_command_line_that_makes_no_sense_is_refused_in_one_line(string says, params string[] command)
    {
        (await Pharos.RunAsync(command)).OneLine(says);
        await NothingChanged();
    }

    [Fact]
    public async Task A_daemon_does_not_take_a_home_that_has_one()
    {
        (await Pharos.RunAsync("daemon")).OneLine("another daemon has", Pharos.Home);
        await NothingChanged();
    }

    [Fact]
    public async Task A_metrics_port_that_is_in_use_is_named()
    {
        await Pharos.KillDaemonAsync(); // its app stays, and waits for a daemon that may come
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = taken.LocalEndpoint.ToString()!;
        (await Pharos.RunAsync("daemon", "--metrics", address)).OneLine(address, "in use");
        Pharos.Environment["PHAROS_METRICS"] = address;
        (await Pharos.RunAsync("list")).OneLine(address, "in use");
        Pharos.Environment.Remove("PHAROS_METRICS");
        await Pharos.OkAsync("list");
        await NothingChanged();
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier-pigeon")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "not a url")]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL", "often")]
    public async Task A_faulty_OpenTelemetry_variable_is_named_and_no_app_pays_for_it(string name, string value)
    {
        await Pharos.KillDaemonAsync();
        Pharos.Environment[name] = value;
        (await Pharos.RunAsync("list")).OneLine(name, value);
        (await Pharos.RunAsync("daemon")).OneLine(name, value);
        Pharos.Environment.Remove(name);
        await Pharos.OkAsync("list");
        await NothingChanged();
    }

    private async Task NothingChanged()
    {
        var only = Assert.Single(await Pharos.InstancesAsync());
        Assert.Equal((_other.App, _other.Pid, _other.Restarts, "running"), (only.App, only.Pid, only.Restarts, only.State));
    }
}
