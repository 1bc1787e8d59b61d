using Pharos.Contracts;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Configuration.Tests.Files;

public sealed class ConfigurationFileTests : IDisposable
{
    private readonly TempHome _home = new();

    [Theory]
    [InlineData("a.json", "{apps: [{script: 'x.js', name: 'web'}]}")]
    [InlineData("a.json", "[{script: 'x.js', name: 'web'}]")]
    [InlineData("a.json", "{script: 'x.js', name: 'web'}")]
    [InlineData("a.yaml", "pm2:\n  - exec: x.js\n    name: web")]
    [InlineData("pharos.yml", "apps:\n  script: x.js\n  name: web")]
    [InlineData("package.json", """{"name": "p", "version": "1", "pm2": [{"script": "x.js", "name": "web"}]}""")]
    [InlineData("package.json", """{"name": "p", "pharos": {"apps": [{"script": "x.js", "name": "web"}]}}""")]
    [InlineData("ecosystem.config.js", "console.log('noise'); module.exports = {apps: [{script: 'x' + '.js', name: 'web', args: undefined}]}; setInterval(() => {}, 1000)")]
    [InlineData("ecosystem.config.cjs", "module.exports = [{script: 'x.js', name: 'web'}]")]
    [InlineData("ecosystem.config.mjs", "export default {apps: [{script: 'x.js', name: 'web'}]}")]
    public void Every_format_and_shape_gives_the_same_app(string name, string text)
    {
        var result = Read(name, text);
        Assert.Empty(result.Faults);
        var app = Assert.Single(result.Apps);
        Assert.Equal(("x.js", "web", _home.Path), (app.Script, app.Name, app.Cwd));
    }

    [Fact]
    public void Every_attribute_gets_where_it_belongs()
    {
        var result = Read("all.yaml",
            """
            - exec: server.js
              name_prefix: eu
              name: api
              namespace: shop
              version: 1.2
              cwd: sub
              args: --port 80 'a b'
              exec_interpreter: node
              nodeArgs: [--inspect, --trace-gc]
              instances: -2
              env: {A: 1, B: true, C: {x: [1]}, HOME: null}
              env_prod: {A: 2}
              port: 8080
              instance_var: NODE_APP_INSTANCE
              increment_var: PORT
              append_env_to_name: true
              autorestart: on-failure
              stop_exit_codes: [0, 143]
              minUptime: 5s
              max_restarts: 3
              crash_window: 2m
              restart_delay: 100
              exp_backoff_restart_delay: 50
              backoff_cap: 10s
              stop: {signal: SIGTERM, grace: 7s}
              kill_timeout: 3000
              uid: 1000
              gid: www
              umask: 027
              nice: 5
              limits: {files: 1k, core: "0:unlimited", memory: 512m, cpu: 150%, tasks: 64}
              ready: {http: "http://127.0.0.1:${PORT}/health", status: 200-299, body: ok, interval: 1s, timeout: 500ms, start_period: 3s, failures: 2, successes: 2, deadline: 30s}
              live: tcp:8080
              depends_on: {db: {condition: started, restart: true}, cache: null}
              watch: [src, lib]
              ignore_watch: '*.tmp'
              watch_delay: 1s
              autostart: false
              out_file: out.log
              error_file: /var/err.log
              log_file: true
              merge_logs: true
              log_date_format: YYYY-MM-DD HH:mm Z
              time: true
              log_type: json
              logs:
                errors_file: errors.log
                rotate: {size: 20m, age: 14d, keep: 3, daily: true, compress: zstd, total: 2g}
                max_unread: 32m
                overflow: block
                max_line: 16k
                parse: logfmt
                multiline: {start: '^[0-9]', flush: 1s}
                redact: {defaults: false, patterns: ['key-[a-z]+', 'b']}
                level: info
                sample: {debug: 0.1, trace: 0}
                ship: false
                buffer: {size: 100m, age: 1h}
            - script: job.sh
              schedule: {cron: '0 3 * * *', zone: Europe/Berlin, overlap: replace, history: 5, deadline: 1h}
            - script: late.js
              wait_ready: true
              listen_timeout: 3s
              stdio: fifo
              otel: {inject: false}
              logs: {out: NULL, err: e.log, time: iso, rotate: false, multiline: off, redact: false}
            """,
            new() { ShellCwd = _home.Path, Profile = "prod", Processors = 8, BaseEnv = new Dictionary<string, string> { ["HOME"] = "/h", ["PATH"] = "/bin" } });
        Assert.Empty(result.Faults);
        Assert.Empty(result.Warnings);
        Golden.Match(string.Concat(result.Apps.Select(app => System.Text.Json.JsonSerializer.Serialize(app, ContractsJson.Default.StartRequest).Replace(_home.Path, "HOME").Replace(",\"", ",\n\"") + "\n")));
    }

    [Fact]
    public void Every_fault_is_reported_with_file_line_key_and_what_is_accepted()
    {
        _home.Write("broken.env", "A=1\nhunter2\n");
        var result = Read("bad.yaml",
            """
            apps:
              - script: a.js
                instnaces: 2
                min_uptime: soon
                env: secret-in-the-wrong-place
                env_prod: hunter2
                kill_timeout: 3000
                grace: 3s
              - name: web
                stop: {signal: SIGNOPE, when: now}
                limits: {files: lots, pipes: 3}
                umask: 22
                nice: 30
                stop_exit_codes: [1, 999]
                stdio: tape
              - script: b.js
                name: a b
                port: 99999
                env_file: [missing.env, broken.env]
                increment_var: NOPE
              - just a text
              - script: other.js
                name: x
              - script: more.js
                name: x
            """);
        Golden.Match(string.Concat(result.Faults.Select(f => f.Replace(_home.Path, "HOME") + "\n")));
        Assert.Empty(result.Apps);
        Assert.DoesNotContain(result.Faults, f => f.Contains("hunter2", StringComparison.Ordinal) || f.Contains("secret-in", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_known_and_without_effect_is_a_warning_unless_it_asks_for_what_holds_anyway()
    {
        var result = Read("w.yaml", "apps:\n- script: a\n  watch_options: {}\n  vizion: true\n  exec_mode: fork\n  treekill: true\n  pmx: false\n  force: true\ndeploy: {}\n");
        Assert.Empty(result.Faults);
        Assert.Equal(
            ["w.yaml:3: apps[0].watch_options: is not supported yet, ignored", "w.yaml:4: apps[0].vizion: is not supported yet, ignored", "w.yaml:8: apps[0].force: is not supported yet, ignored", "w.yaml:9: deploy: is not supported, ignored"],
            result.Warnings);
    }

    [Fact]
    public void Each_layer_of_the_environment_wins_over_those_before_it()
    {
        _home.Write("one.env", "BASE=file\nFILE=file\nENV=file\nPROFILE=file\nCLI=file\nTOLD=${ASKED}");
        var result = Read("e.json", "{script: 'a', env_file: 'one.env', filter_env: ['SECRET'], env: {ENV: 'env', PROFILE: 'env', CLI: 'env'}, env_p: {PROFILE: 'p', CLI: 'p'}}", new()
        {
            ShellCwd = _home.Path,
            Profile = "p",
            BaseEnv = new Dictionary<string, string> { ["BASE"] = "base", ["ONLY"] = "base", ["MY_SECRET_X"] = "1" },
            ShellEnv = new Dictionary<string, string> { ["ASKED"] = "shell", ["UNASKED"] = "shell" },
            CommandEnv = new Dictionary<string, string> { ["CLI"] = "cli" },
        });
        Assert.Empty(result.Faults);
        Assert.Equal("BASE=file CLI=cli ENV=env FILE=file ONLY=base PROFILE=p TOLD=shell", string.Join(' ', result.Apps[0].Env.OrderBy(e => e.Key).Select(e => $"{e.Key}={e.Value}")));
    }

    [Fact]
    public void A_profile_that_no_app_has_is_a_fault_and_names_those_there_are() =>
        Assert.Equal(["p.json: env_prd: no app has it; accepted for --profile: dev, prod"], Read("p.json", "{script: 'a', env_prod: {}, env_dev: {}}", new() { ShellCwd = _home.Path, Profile = "prd" }).Faults);

    [Fact]
    public void Only_the_named_apps_are_meant_and_a_name_that_is_not_there_is_a_fault_unless_it_may_be_gone()
    {
        const string three = "[{script: 'a'}, {script: 'b'}, {script: 'c', $schema: 'x'}]";
        Assert.Equal(["a", "c"], Read("o.json", three, new() { ShellCwd = _home.Path, Only = ["c", "a"] }).Apps.Select(a => a.Name));
        Assert.Equal(["o.json: --only: no app 'z' in the file; accepted: a, b, c"], Read("o.json", three, new() { ShellCwd = _home.Path, Only = ["a", "z"] }).Faults);
        Assert.Equal(["a"], Read("o.json", three, new() { ShellCwd = _home.Path, Only = ["a", "z"], OnlyMayBeGone = true }).Apps.Select(a => a.Name));
    }

    [Fact]
    public void Wait_ready_is_ready_by_ipc_and_both_are_a_fault()
    {
        var ready = Read("r.yaml", "script: a.js\nwait_ready: true\nlisten_timeout: 3000\n").Apps[0].Ready!;
        Assert.Equal(("ipc", "3000"), (ready.Check, ready.Deadline));
        Assert.Equal(["r.yaml:3: apps[0].wait_ready: says the same as ready; accepted: one of them"], Read("r.yaml", "apps:\n- script: a.js\n  wait_ready: true\n  ready: tcp:80\n").Faults);
    }

    [Theory]
    [InlineData("ready: {}", "ready: says no check; accepted: one of http, tcp, exec, log, notify")]
    [InlineData("ready: {http: 'http://a/', tcp: 80}", "ready: says 2 checks")]
    [InlineData("ready: sometimes", "ready: 'sometimes' is not accepted; accepted: a check such as")]
    [InlineData("ready: {tcp: ''}", "ready.tcp: '' is not accepted")]
    [InlineData("ready: {tcp: 80, status: 200}", "ready: has status or body without http")]
    [InlineData("ready: {http: 'http://a/', status: 99}", "ready.status: 99 is not accepted; accepted: a status or range")]
    [InlineData("ready: {http: 'http://a/', body: '('}", "ready.body: '(' is not accepted; accepted: a regular expression")]
    [InlineData("ready: {exec: true-ish, failures: 0}", "ready.failures: 0 is not accepted; accepted: a whole number from 1")]
    [InlineData("live: {log: up}", "live: cannot be a log or ipc check")]
    [InlineData("live: ipc", "live: cannot be a log or ipc check")]
    [InlineData("depends_on: {db: {when: ready}}", "depends_on.db.when: is not understood; accepted: condition (ready or started)")]
    [InlineData("depends_on: 3", "depends_on: 3 is not accepted; accepted: an app, a list of apps")]
    [InlineData("watch: 3", "watch: 3 is not accepted; accepted: true, false, a path")]
    [InlineData("schedule: {zone: UTC}", "schedule.cron: is missing")]
    [InlineData("schedule: often", "schedule: 'often' is not accepted; accepted: a cron pattern of 5 or 6 fields, or an object")]
    [InlineData("schedule: {cron: '* * * * *', overlap: maybe}", "schedule.overlap: 'maybe' is not accepted; accepted: forbid, allow or replace")]
    [InlineData("schedule: '@daily'\n  autorestart: true", "autorestart: does not go with schedule", 4)]
    [InlineData("schedule: '@daily'\n  cron: '@hourly'", "cron: does not go with schedule", 4)]
    [InlineData("logs: 3", "logs: 3 is not accepted; accepted: true, false, or an object")]
    [InlineData("logs: {formt: json}", "logs.formt: is unknown, did you mean 'format'?")]
    [InlineData("logs: {format: xml}", "logs.format: 'xml' is not accepted; accepted: raw, json, logfmt, delimiter, console")]
    [InlineData("logs: {rotate: {size: big}}", "logs.rotate.size: 'big' is not accepted; accepted: bytes, or a number with k, m or g")]
    [InlineData("logs: {sample: {debug: 2}}", "logs.sample.debug: 2 is not accepted; accepted: a share from 0 to 1")]
    [InlineData("logs: {redact: {patterns: ['(?<=a)b']}}", "logs.redact.patterns: a list is not accepted; accepted: regular expressions")]
    [InlineData("logs: {multiline: maybe}", "logs.multiline: 'maybe' is not accepted; accepted: auto or off; or an object")]
    [InlineData("out_file: a\n  logs: {out: b}", "logs.out: says the same as apps[0].out_file", 4)]
    [InlineData("time: true\n  logs: {time: iso}", "logs.time: says the same as apps[0].time", 4)]
    [InlineData("limits: {cpu: 0}", "limits.cpu: 0 is not accepted; accepted: a number of cores")]
    public void A_fault_of_a_part_names_it(string attribute, string fault, int line = 3) =>
        Assert.StartsWith($"p.yaml:{line}: apps[0].{fault}", Assert.Single(Read("p.yaml", $"apps:\n- script: a\n  {attribute}\n").Faults), StringComparison.Ordinal);

    [Theory]
    [InlineData("x.config.js", "module.exports = {\n  apps: [}\n", "x.config.js:2: node cannot evaluate it: SyntaxError")]
    [InlineData("x.config.js", "\n\nthrow new Error('no database')", "x.config.js:3: node cannot evaluate it: Error: no database")]
    [InlineData("x.config.cjs", "module.exports = () => ({})", "x.config.cjs: node cannot evaluate it: Error: the file exports a function")]
    [InlineData("x.config.cjs", "module.exports = [{script: 'a', instances: 'many'}]", "x.config.cjs: [0].instances: 'many' is not accepted; accepted: a whole number")]
    [InlineData("x.json", "{\n  apps: [\n    {script 'a'}]}", "x.json:3: ''' after 'script'; ':' is accepted")]
    [InlineData("package.json", "{name: 'x'}", "package.json:1: no apps in here")]
    [InlineData("x.yaml", "just words", "x.yaml:1: 'just words' where apps should be")]
    public void A_file_that_cannot_be_read_is_one_fault(string name, string text, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Read(name, text).Faults), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_never_ends_is_cut_off()
    {
        var result = Read("slow.config.js", "while (true);", new() { ShellCwd = _home.Path, EvaluationLimit = TimeSpan.FromMilliseconds(300), ShellEnv = Shell() });
        Assert.Contains("was not evaluated within 0.3 s", Assert.Single(result.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_fault() =>
        Assert.StartsWith("nope.json: there is no such file", Assert.Single(ConfigurationFile.Read("nope.json", new() { ShellCwd = _home.Path }).Faults), StringComparison.Ordinal);

    [Theory]
    [InlineData("max", 8)]
    [InlineData("0", 8)]
    [InlineData("-3", 5)]
    [InlineData("-100", 1)]
    [InlineData("'4'", 4)]
    public void Instances_are_counted_as_in_PM2(string given, int expected) =>
        Assert.Equal(expected, Read("i.yaml", $"script: a\ninstances: {given}", new() { ShellCwd = _home.Path, Processors = 8 }).Apps[0].Instances);

    public void Dispose() => _home.Dispose();

    private ConfigurationResult Read(string name, string text, ConfigurationOptions? options = null)
    {
        _home.Write(name, text);
        return ConfigurationFile.Read(name, options ?? new() { ShellCwd = _home.Path, ShellEnv = Shell() });
    }

    private static Dictionary<string, string> Shell() => new() { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! };
}
