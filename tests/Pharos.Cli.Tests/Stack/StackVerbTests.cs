using System.Text;
using Pharos.Client.Stack;
using Pharos.Configuration;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Cli.Tests.Stack;

public sealed class StackVerbTests : IDisposable
{
    private readonly DirectoryInfo _programs = Directory.CreateTempSubdirectory("pharos-programs-");

    public void Dispose() => _programs.Delete(recursive: true);

    [Theory]
    [InlineData("PHAROS_STACK_PROMETHEUS", "9090", "PHAROS_STACK_PROMETHEUS=9090 is not usable; accepted: HOST:PORT, for example 127.0.0.1:9090")]
    [InlineData("PHAROS_STACK_GRAFANA", "127.0.0.1:70000", "PHAROS_STACK_GRAFANA=127.0.0.1:70000 is not usable; accepted: HOST:PORT, for example 127.0.0.1:3000")]
    [InlineData("PHAROS_STACK_LOKI", "http://x:3100", "PHAROS_STACK_LOKI=http://x:3100 is not usable; accepted: HOST:PORT, for example 127.0.0.1:3100")]
    [InlineData("PHAROS_STACK_WEBHOOK", "pager:secret", "PHAROS_STACK_WEBHOOK is not usable (value not shown); accepted: an http:// or https:// URL")]
    public void An_address_that_is_none_is_one_line_and_exit_code_2(string variable, string value, string expected)
    {
        using var bench = new Bench((variable, value));
        Assert.Equal((2, "", $"pharos: {expected}\n"), (bench.Run("stack", "up"), bench.Out, bench.Err));
        Assert.False(Directory.Exists(Path.Combine(bench.Home.Path, "stack")));
    }

    [Fact]
    public void What_is_missing_is_said_in_one_line_and_nothing_is_written()
    {
        using var bench = new Bench(("PATH", _programs.FullName));
        Assert.Equal(1, bench.Run("stack", "up"));
        Assert.Equal("pharos: no otelcol-contrib or otelcol, no prometheus, no alertmanager on PATH: install them, name their folder with --bin, or install docker or podman with compose\n", bench.Err);
        Assert.False(Directory.Exists(Path.Combine(bench.Home.Path, "stack")));
    }

    [Fact]
    public void A_Prometheus_without_the_receiver_is_refused()
    {
        Program("otelcol", "exit 0");
        Program("alertmanager", "exit 0");
        var prometheus = Program("prometheus", "case $1 in --web.enable-otlp-receiver) exit 1 ;; esac");
        using var bench = new Bench();
        Assert.Equal(1, bench.Run("stack", "up", "--bin", _programs.FullName));
        Assert.Equal($"pharos: {prometheus} has no OTLP receiver: take a released Prometheus 3, and name its folder with --bin\n", bench.Err);
    }

    [Theory]
    [InlineData(2, "'stack' does not know what to do with 'sideways': up, down, status or open", "sideways")]
    [InlineData(1, "the stack is not up: 'pharos stack up' starts it", "status")]
    [InlineData(1, "the stack is not up: 'pharos stack up' starts it", "open")]
    public void A_stack_that_is_not_there_is_one_line(int exitCode, string expected, string word)
    {
        using var bench = new Bench();
        Assert.Equal((exitCode, $"pharos: {expected}\n"), (bench.Run("stack", word), bench.Err));
    }

    [Fact]
    public void Down_without_a_stack_is_what_was_wanted()
    {
        using var bench = new Bench();
        Assert.Equal((0, ""), (bench.Run("stack", "down"), bench.Err));
        Assert.False(File.Exists(bench.Home.StartLock), "no daemon is started for it");
    }

    [Fact]
    public void The_shipped_files_are_those_of_the_repository()
    {
        var shipped = StackFolder.Shipped().ToDictionary(f => f.Name, f => f.Bytes);
        Assert.Contains("otel-collector/prometheus/rules/lifecycle.yml", shipped.Keys);
        Assert.Contains("otel-collector/vendor.yaml", shipped.Keys);
        Assert.Contains("docker-compose.observability.yml", shipped.Keys);
        Assert.Contains(".env", shipped.Keys);
        Assert.Contains("docs/runbooks/alerts.md", shipped.Keys);
        Assert.All(shipped, file => Assert.Equal(File.ReadAllBytes(Repository.PathOf(file.Key)), file.Value));
    }

    [Fact]
    public void A_file_that_was_edited_is_kept_and_one_that_was_not_follows_the_program()
    {
        using var bench = new Bench();
        var folder = FolderOf(bench);
        Assert.Equal((0, true), (folder.WriteShipped(null, new Dictionary<string, string>()).Kept.Count, Directory.Exists(folder.At("otel-collector"))));
        File.AppendAllText(folder.At("otel-collector/loki/loki.yaml"), "# mine\n");

        var (kept, changed) = folder.WriteShipped(new Uri("http://127.0.0.1:9/hook"), new Dictionary<string, string>());
        Assert.Equal([folder.At("otel-collector/loki/loki.yaml")], kept);
        Assert.True(changed);
        Assert.EndsWith("# mine\n", File.ReadAllText(folder.At("otel-collector/loki/loki.yaml")), StringComparison.Ordinal);
        Assert.Equal(4, File.ReadAllText(folder.At("otel-collector/alertmanager/alertmanager.yml")).Split("url: 'http://127.0.0.1:9/hook'").Length - 1);

        Assert.False(folder.WriteShipped(new Uri("http://127.0.0.1:9/hook"), new Dictionary<string, string>()).Changed);
        folder.WriteShipped(null, new Dictionary<string, string>());
        Assert.DoesNotContain("/hook", File.ReadAllText(folder.At("otel-collector/alertmanager/alertmanager.yml")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_password_is_made_once_and_is_readable_for_its_user_only()
    {
        using var bench = new Bench();
        var folder = FolderOf(bench);
        folder.WriteShipped(null, new Dictionary<string, string>());
        folder.MakePassword();
        var first = File.ReadAllText(folder.Password);
        folder.MakePassword();
        Assert.Matches("^[A-Za-z0-9]{32}$", first);
        Assert.Equal((first, $"GF_SECURITY_ADMIN_PASSWORD={first}\n"), (File.ReadAllText(folder.Password), File.ReadAllText(folder.At(".stack/grafana.env"))));
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal((own, own, own | UnixFileMode.UserExecute), (File.GetUnixFileMode(folder.Password), File.GetUnixFileMode(folder.At(".stack/grafana.env")), File.GetUnixFileMode(folder.At(".stack"))));
        Assert.NotEqual(UnixFileMode.None, File.GetUnixFileMode(folder.At("otel-collector/collector.yaml")) & UnixFileMode.OtherRead); // other users read it, in containers
    }

    [Fact]
    public void The_apps_of_the_native_form_are_a_configuration_without_a_fault()
    {
        foreach (var program in new[] { "otelcol", "prometheus", "alertmanager", "loki", "tempo", "grafana" })
            Program(program, "exit 0");
        using var bench = new Bench(("PHAROS_STACK_PROMETHEUS", "127.0.0.1:19090"), ("PHAROS_VENDOR_ENDPOINT", "https://otlp.example.com"));
        var folder = FolderOf(bench);
        var apps = Apps(bench, folder, out var programs);
        Assert.Equal(6, programs.Count);
        Assert.Equal(["stack-collector", "stack-prometheus", "stack-alertmanager", "stack-loki", "stack-tempo", "stack-grafana"], apps.Select(a => a.Name));
        Assert.All(apps, app => Assert.Equal(("observability", "none", false), (app.Namespace, app.Interpreter, app.InjectOtel)));
        var collector = apps[0];
        Assert.Equal(["--config", folder.At("otel-collector/collector.yaml"), "--config", folder.At("otel-collector/vendor.yaml")], collector.Args);
        Assert.Equal(("127.0.0.1:19090", "[otlp_http/loki]", "https://otlp.example.com"), (collector.Env!["PHAROS_STACK_PROMETHEUS"], collector.Env["PHAROS_STACK_LOGS_TO"], collector.Env["PHAROS_VENDOR_ENDPOINT"]));
        Assert.Contains("--web.listen-address=127.0.0.1:19090", apps[1].Args!);
    }

    [Fact]
    public void Without_a_store_its_signal_goes_nowhere_instead_of_into_a_queue_that_fills()
    {
        foreach (var program in new[] { "otelcol", "prometheus", "alertmanager" })
            Program(program, "exit 0");
        using var bench = new Bench();
        var apps = Apps(bench, FolderOf(bench), out _);
        Assert.Equal((3, "[nop]", "[nop]"), (apps.Count, apps[0].Env!["PHAROS_STACK_LOGS_TO"], apps[0].Env!["PHAROS_STACK_TRACES_TO"]));
    }

    [Fact]
    public void A_server_whose_files_changed_is_another_app_than_before()
    {
        foreach (var program in new[] { "otelcol", "prometheus", "alertmanager" })
            Program(program, "exit 0");
        using var bench = new Bench();
        var folder = FolderOf(bench);
        var before = Apps(bench, folder, out _);
        File.AppendAllText(folder.At("otel-collector/prometheus/rules/lifecycle.yml"), "# mine\n");
        var after = Apps(bench, folder, out _);
        Assert.Equal([false, true, false], before.Zip(after, (b, a) => b.Env!["PHAROS_STACK_FILES"] != a.Env!["PHAROS_STACK_FILES"]));
    }

    [Fact]
    public void Compose_gets_the_shipped_file_and_the_ports_and_no_address_of_this_side()
    {
        var log = Path.Combine(_programs.FullName, "log");
        Program("docker", $"echo \"$@\" >>{log}; env | grep PHAROS_ | sort >>{log}");
        using var bench = new Bench(("PATH", $"{_programs.FullName}:/usr/bin:/bin"), ("PHAROS_STACK_PROMETHEUS", "127.0.0.1:19090"), ("PHAROS_VENDOR_ENDPOINT", "https://otlp.example.com"));
        Assert.Null(StackAddresses.Read(bench.Shell, out var at));
        Assert.Equal(["docker", "compose"], ComposeStack.Find(bench.Shell)!);
        File.Delete(log);
        var folder = FolderOf(bench);
        Assert.Equal(0, ComposeStack.Run(bench.Shell, at!, folder, ["docker", "compose"], "up", "-d"));
        var seen = File.ReadAllLines(log);
        Assert.Equal($"compose -f {folder.Compose} up -d", seen[0]);
        Assert.Contains("PHAROS_STACK_PROMETHEUS_PORT=19090", seen);
        Assert.Contains("PHAROS_STACK_TEMPO_PORT=3200", seen);
        Assert.Contains("PHAROS_STACK_OVERLAY=vendor", seen);
        Assert.Contains($"PHAROS_STACK_SECRETS={folder.At(".stack")}", seen);
        Assert.DoesNotContain(seen, l => l.StartsWith("PHAROS_STACK_PROMETHEUS=", StringComparison.Ordinal));
    }

    [Fact]
    public void Containers_cannot_listen_beyond_this_machine()
    {
        using var bench = new Bench(("PHAROS_STACK_GRAFANA", "0.0.0.0:3000"));
        Assert.Null(StackAddresses.Read(bench.Shell, out var at));
        Assert.Equal("PHAROS_STACK_GRAFANA=0.0.0.0:3000 is not usable: containers listen on 127.0.0.1 only; accepted: 127.0.0.1:PORT, or --native", ComposeStack.Fault(at!));
    }

    private static StackFolder FolderOf(Bench bench) => new(Path.Combine(bench.Home.Path, "stack"));

    private IReadOnlyList<Contracts.StartRequest> Apps(Bench bench, StackFolder folder, out Dictionary<string, string> programs)
    {
        Assert.Null(StackAddresses.Read(bench.Shell, out var at));
        var servers = StackServer.All(at!);
        Assert.Null(NativeStack.Find(bench.Shell, servers, _programs.FullName, out programs));
        folder.WriteShipped(null, NativeStack.OwnFiles(at!, folder));
        NativeStack.WriteProvisioning(folder);
        folder.Write(NativeStack.AppsFile, NativeStack.Apps(bench.Shell, at!, folder, servers, programs));
        var read = ConfigurationFile.Read(folder.At(NativeStack.AppsFile), new() { ShellCwd = bench.Cwd, BaseEnv = new Dictionary<string, string>(), ShellEnv = bench.Shell.Variables });
        Assert.Empty(read.Faults);
        Assert.Empty(read.Warnings);
        return read.Apps;
    }

    private string Program(string name, string body)
    {
        var path = Path.Combine(_programs.FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n", Encoding.ASCII);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
