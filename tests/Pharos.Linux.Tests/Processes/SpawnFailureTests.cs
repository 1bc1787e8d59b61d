using Pharos.Core.Ports;

namespace Pharos.Linux.Tests.Processes;

public sealed class SpawnFailureTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void A_missing_executable_is_named() => Refused(_box.Program("/no/such/program", ["x"]), "no such file: /no/such/program");

    [Fact]
    public void A_missing_cwd_is_named() => Refused(_box.Shell("true") with { Cwd = "/no/such/cwd" }, "cwd does not exist: /no/such/cwd");

    [Fact]
    public void A_cwd_that_is_a_file_is_named() => Refused(_box.Shell("true") with { Cwd = "/etc/passwd" }, "cwd /etc/passwd is not a directory");

    [Fact]
    public void A_missing_interpreter_of_the_first_line_is_named() =>
        Refused(Script("#!/no/such/interpreter\n", executable: true), "asks for the interpreter /no/such/interpreter, which does not exist");

    [Fact]
    public void A_file_that_may_not_be_executed_is_named() => Refused(Script("#!/bin/sh\n", executable: false), "is not executable");

    [Fact]
    public void A_text_without_a_first_line_is_named() => Refused(Script("hello\n", executable: true), "neither a binary nor a script that begins with #!");

    [Fact]
    public void An_environment_that_is_too_long_is_named() =>
        Refused(_box.Shell("true") with { Env = new Dictionary<string, string> { ["BIG"] = new('x', 200_000) } }, "too long together");

    [Fact]
    public void A_directory_for_output_that_is_missing_is_named() =>
        Refused(_box.Shell("true") with { StdoutPath = "/no/such/directory/out" }, "cannot open output file /no/such/directory/out");

    [Fact]
    public void A_fifo_where_a_spool_file_should_be_is_named()
    {
        var request = _box.Shell("true");
        _box.Output(_box.Program("/usr/bin/mkfifo", ["mkfifo", request.StdoutPath]));
        Refused(request, "remove it");
    }

    [Fact]
    public void A_NUL_character_is_refused() => Refused(_box.Shell("true", "a\0b"), "NUL");

    [Fact]
    public void Failures_leak_no_descriptors()
    {
        var request = _box.Program("/no/such/program", ["x"]);
        var limited = request with { Limits = [new Core.Specs.ResourceLimit("nofile", 100, 100)] };
        Refuse();
        var before = Names();
        for (var i = 0; i < 50; i++)
            Refuse();
        Assert.Empty(Names().Except(before));

        void Refuse()
        {
            Assert.NotNull(_box.Host.Spawn(request, _ => { }).Refused);
            Assert.NotNull(_box.Host.Spawn(limited, _ => { }).Refused);
            Assert.NotNull(_box.Host.Spawn(request with { StderrPath = "/no/such/file" }, _ => { }).Refused);
        }

        // Only those that lead to what a spawn opens: other tests open files of their own meanwhile.
        HashSet<string> Names() => [.. Directory.GetFiles("/proc/self/fd").Where(f => Target(f) is { } t
            && (t.Contains("pharos-gate", StringComparison.Ordinal) || t.StartsWith(_box.Dir.Root, StringComparison.Ordinal)))];
    }

    [Fact]
    public void Nothing_is_left_to_reap_of_a_failure()
    {
        var reported = 0;
        Assert.NotNull(_box.Host.Spawn(_box.Program("/no/such/program", ["x"]), _ => reported++).Refused);
        Assert.Equal(0, _box.Start(_box.Shell("exit 0")).WaitForExit().Code);
        Assert.Equal(0, reported);
    }

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private LaunchRequest Script(string text, bool executable)
    {
        var path = _box.Dir.At("script");
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | (executable ? UnixFileMode.UserExecute : 0));
        return _box.Program(path, [path]);
    }

    private void Refused(LaunchRequest request, string expected)
    {
        var launched = _box.Host.Spawn(request, _ => { });
        Assert.Null(launched.Value);
        Assert.Contains(expected, launched.Refused!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', launched.Refused.Message);
        Assert.False(launched.Refused.Transient);
    }
}
