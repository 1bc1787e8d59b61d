using Pharos.Client;
using Pharos.Client.Line;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Cli.Tests.Client;

public sealed class UsageTests
{
    [Theory]
    [InlineData("unknown verb 'strat', did you mean 'start'?; see 'pharos help'", "strat")]
    [InlineData("unknown verb 'frobnicate'; see 'pharos help'", "frobnicate")]
    [InlineData("unknown option '--qqqq' for 'start'; see 'pharos help start'", "start", "x", "--qqqq")]
    [InlineData("unknown option '--nam' for 'start', did you mean '--name'?; see 'pharos help start'", "start", "x", "--nam", "y")]
    [InlineData("unknown option '-z' for 'list'; see 'pharos help list'", "ls", "-z")]
    [InlineData("option '--name' needs a value: --name NAME", "start", "x", "--name")]
    [InlineData("option '--name' needs a value: --name NAME", "start", "x", "--name", "--json")]
    [InlineData("option '--json' takes no value; see 'pharos help list'", "list", "--json=1")]
    [InlineData("option '-i' wants a number from 1, 'max' or 0 for one per processor, or -N for that many less, not 'many'", "start", "x", "-i", "many")]
    [InlineData("option '--nice' wants a whole number from -20 to 19, not '20'", "start", "x", "--nice", "20")]
    [InlineData("option '--max-crashes' wants a whole number from 0, not '-1'", "start", "x", "--max-crashes", "-1")]
    [InlineData("option '--umask' wants octal digits such as 022, not '9'", "start", "x", "--umask", "9")]
    [InlineData("option '--grace' wants a duration such as 500ms, 5s, 2m or 1h (a bare number is milliseconds), not 'soon'", "start", "x", "--grace", "soon")]
    [InlineData("option '--restart' wants always or on-failure or never, not 'maybe'", "start", "x", "--restart", "maybe")]
    [InlineData("option '--stdio' wants spool or fifo, not 'pipe'", "start", "x", "--stdio", "pipe")]
    [InlineData("option '--limit' wants NAME=SOFT or NAME=SOFT:HARD, for example nofile=65536, not 'nofile'", "start", "x", "--limit", "nofile")]
    [InlineData("option '--env' wants NAME=VALUE, or NAME for a variable of this shell, not '=x'", "start", "x", "--env", "=x")]
    [InlineData("option '--stop-exit-codes' wants exit codes 0..255 separated by commas, not '1,256'", "start", "x", "--stop-exit-codes", "1,256")]
    [InlineData("--env NOPE: this shell has no such variable; --env NOPE=VALUE gives it a value", "start", "x", "--env", "NOPE")]
    [InlineData("--name gives a name to one script, and here are several", "start", "x", "y", "--name", "z")]
    [InlineData("'start' needs a script, a command, or the name of a stopped app; see 'pharos help start'", "start")]
    [InlineData("'stop' needs an app: NAME, NAME:INDEX or 'all'; see 'pharos help stop'", "stop")]
    [InlineData("'describe' does not know what to do with 'b'; see 'pharos help describe'", "show", "a", "b")]
    [InlineData("--out and --err exclude each other; without either you get both", "logs", "--out", "--err")]
    [InlineData("--follow and --until exclude each other", "logs", "-f", "--until", "10m")]
    [InlineData("--since must be before --until", "logs", "--since", "10m", "--until", "2h")]
    [InlineData("option '--level' wants trace, debug, info, warn, error or fatal, not 'loud'", "logs", "--level", "loud")]
    [InlineData("option '--since' wants a duration such as 10m, 2h or 3d, a time such as 14:30, or a date such as 2026-11-25 or 2026-11-25T14:30:00, not 'noon'", "logs", "--since", "noon")]
    [InlineData("option '--grep' wants a regular expression, not '(a)\\1': backreferences, lookarounds and atomic groups are not supported", "logs", "--grep", "(a)\\1")]
    [InlineData("there is no verb 'lst', did you mean 'list'?; see 'pharos help'", "help", "lst")]
    [InlineData("there is no completion for 'csh': bash, zsh or fish", "completion", "csh")]
    [InlineData("--name goes with a script; in 'ecosystem.config.js' the file itself says so", "start", "ecosystem.config.js", "--name", "x")]
    [InlineData("arguments after -- go with a script; in 'a.yaml' the file itself says so", "start", "a.yaml", "--", "x")]
    [InlineData("--only goes with a configuration file, and 'x.js' is none", "start", "x.js", "--only", "a")]
    [InlineData("--overlap is for jobs: it goes with --schedule PATTERN", "start", "x.js", "--overlap", "allow")]
    [InlineData("'run' needs a job: the NAME of an app with a schedule; see 'pharos help run'", "run")]
    [InlineData("'apply' needs a configuration file; see 'pharos help apply'", "apply")]
    public void A_mistake_is_one_line_and_exit_code_2(string expected, params string[] args)
    {
        using var bench = new Bench();
        Assert.Equal((2, "", $"pharos: {expected}\n"), (bench.Run(args), bench.Out, bench.Err));
        Assert.False(File.Exists(bench.Home.StartLock), "no daemon is started for a mistake");
    }

    [Fact]
    public void A_file_with_faults_gives_each_in_a_line_that_editors_read_and_exit_code_2()
    {
        using var bench = new Bench();
        var file = Path.Combine(bench.Home.Path, "bad.yaml");
        Directory.CreateDirectory(bench.Home.Path);
        File.WriteAllText(file, "apps:\n- name: a\n- script: b\n  nice: 30\n");
        Assert.Equal(2, bench.Run("apply", file));
        Assert.Equal(("", $"{file}:2: apps[0].script: is missing; accepted: a path or a command\n{file}:4: apps[1].nice: 30 is not accepted; accepted: a whole number from -20 to 19\n"), (bench.Out, bench.Err));
        Assert.False(File.Exists(bench.Home.StartLock), "no daemon is started for a mistake");
    }

    [Theory]
    [InlineData("a.json"), InlineData("a.yml"), InlineData("A.YAML"), InlineData("x.config.js"), InlineData("x.config.cjs"), InlineData("x.config.mjs"), InlineData("package.json")]
    [InlineData("server.js"), InlineData("config.js"), InlineData("web"), InlineData("json")]
    public void The_thin_client_and_the_reader_agree_on_what_is_a_configuration_file(string name) =>
        Assert.Equal(Configuration.ConfigurationFile.IsOne(name), StartVerb.IsConfiguration(name));

    [Fact]
    public void Without_a_verb_there_is_short_help_and_exit_code_0()
    {
        using var bench = new Bench();
        Assert.Equal(0, bench.Run());
        Golden.Match(bench.Out, "Help_overview");
    }

    [Fact]
    public void Every_verb_has_help_as_reviewed() =>
        Golden.Match(string.Join($"\n{new string('=', 80)}\n\n", VerbTable.All.Select(Help.Of)), "Help_of_verbs");

    [Fact]
    public void Every_verb_has_an_example_and_no_two_share_a_name()
    {
        Assert.All(VerbTable.All, verb => Assert.NotEmpty(verb.Examples));
        Assert.Equal(VerbTable.Names().Distinct(), VerbTable.Names());
    }

    [Fact]
    public void Every_example_is_a_line_that_is_understood()
    {
        var lines = VerbTable.All.SelectMany(v => v.Examples).Select(e => e.Command.Split(' ')).Where(w => w[0] == "pharos");
        Assert.All(lines, words => Assert.Null(ParsedLine.Read(VerbTable.Find(words[1])!, words.Skip(2).TakeWhile(w => w is not (">" or "&&")).ToArray(), out _)));
    }

    [Theory]
    [InlineData("start", "--help")]
    [InlineData("stop", "-h")]
    [InlineData("--help")]
    [InlineData("help", "start")]
    public void Help_needs_no_daemon(params string[] args)
    {
        using var bench = new Bench();
        Assert.Equal((0, ""), (bench.Run(args), bench.Err));
        Assert.Contains("Usage: pharos", bench.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Ping_without_a_daemon_is_one_line_and_exit_code_1()
    {
        using var bench = new Bench();
        Assert.Equal((1, $"pharos: no daemon is running in {bench.Home.Path}; 'pharos list' starts one\n"), (bench.Run("ping"), bench.Err));
    }

    [Fact]
    public void Kill_without_a_daemon_is_what_was_wanted()
    {
        using var bench = new Bench();
        Assert.Equal((0, $"no daemon is running in {bench.Home.Path}\n"), (bench.Run("kill"), bench.Out));
    }

    [Fact]
    public void A_home_too_deep_for_a_socket_is_one_line()
    {
        using var bench = new Bench(("PHAROS_HOME", "/tmp/" + new string('x', 100)));
        Assert.Equal(1, bench.Run("list"));
        Assert.Matches("^pharos: the socket path /tmp/x+/pharos.sock is 117 bytes long, and 107 is the most that Linux takes: set PHAROS_HOME to a shorter folder\n$", bench.Err);
    }

    [Fact]
    public void Without_any_home_it_says_so()
    {
        using var bench = new Bench(("PHAROS_HOME", ""));
        Assert.Equal((1, "pharos: neither PHAROS_HOME nor HOME is set: there is no place for the daemon's files\n"), (bench.Run("list"), bench.Err));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void Completion_knows_every_verb(string shell)
    {
        var script = Completion.ScriptFor(shell)!;
        Assert.All(VerbTable.Names(), name => Assert.Contains(name, script, StringComparison.Ordinal));
    }
}
