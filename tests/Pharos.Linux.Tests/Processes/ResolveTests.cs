using System.Collections.Immutable;
using Pharos.Core.Specs;

namespace Pharos.Linux.Tests.Processes;

public sealed class ResolveTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void A_script_is_found_in_its_cwd_and_run_by_its_extension()
    {
        var interpreter = Tool("node");
        var script = Put("app.js", "");
        var found = _box.Host.Resolve(Spec("app.js") with { Args = ["a"], InterpreterArgs = ["--flag"] }).Value!;
        Assert.Equal(interpreter, found.Executable);
        Assert.Equal(interpreter, found.Interpreter);
        Assert.Equal<string>(["node", "--flag", script, "a"], found.Argv);
    }

    [Fact]
    public void The_first_interpreter_that_is_there_is_taken()
    {
        Put("app.ts", "");
        Assert.Equal("Interpreter bun is NOT AVAILABLE in PATH. (type 'which bun' to double check.)", Refusal(Spec("app.ts")));
        Tool("node");
        Assert.Equal<string>(["node", "--experimental-strip-types"], _box.Host.Resolve(Spec("app.ts")).Value!.Argv[..2]);
        Tool("bun");
        Assert.Equal("bun", _box.Host.Resolve(Spec("app.ts")).Value!.Argv[0]);
    }

    [Fact]
    public void An_interpreter_that_was_named_wins_and_none_means_none()
    {
        var deno = Tool("deno");
        var script = Put("app.js", "#!/bin/sh\n", executable: true);
        Assert.Equal(deno, _box.Host.Resolve(Spec("app.js") with { Interpreter = "deno" }).Value!.Executable);
        Assert.Equal(deno, _box.Host.Resolve(Spec("app.js") with { Interpreter = "bin/deno" }).Value!.Executable);
        Assert.Equal(script, _box.Host.Resolve(Spec("app.js") with { Interpreter = "none" }).Value!.Executable);
        Assert.Null(_box.Host.Resolve(Spec("app.js") with { Interpreter = "none" }).Value!.Interpreter);
        Assert.Contains("Interpreter nodez is NOT AVAILABLE", Refusal(Spec("app.js") with { Interpreter = "nodez" }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_is_found_on_the_apps_own_PATH()
    {
        var tool = Tool("serve");
        Assert.Equal(tool, _box.Host.Resolve(Spec("serve")).Value!.Executable);
        Directory.CreateDirectory(_box.Dir.At("serve"));
        Assert.Equal(tool, _box.Host.Resolve(Spec("serve")).Value!.Executable);
        Assert.EndsWith("/sleep", _box.Host.Resolve(Spec("sleep") with { Env = ImmutableSortedDictionary<string, string>.Empty }).Value!.Executable, StringComparison.Ordinal);
        Assert.Contains("neither a file in", Refusal(Spec("sleep")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_an_extension_runs_directly_or_by_its_first_line()
    {
        var direct = Put("direct", "#!/bin/sh\n", executable: true);
        Assert.Equal(direct, _box.Host.Resolve(Spec("direct")).Value!.Executable);
        var readable = Put("readable", "#!/bin/sh -e\n");
        Assert.Equal<string>(["/bin/sh", "-e", readable, "x"], _box.Host.Resolve(Spec("readable") with { Args = ["x"] }).Value!.Argv);
        Put("binary", "\x7f" + "ELF\0", executable: true);
        Assert.Null(_box.Host.Resolve(Spec("binary")).Value!.Interpreter);
    }

    [Fact]
    public void A_command_line_is_run_by_a_shell()
    {
        var sh = Tool("sh");
        Assert.Equal<string>(["sh", "-c", "echo a | cat", "sh", "x"], _box.Host.Resolve(Spec("echo a | cat") with { Args = ["x"] }).Value!.Argv);
        Assert.Equal(sh, _box.Host.Resolve(Spec("echo a | cat")).Value!.Executable);
        var file = Put("with blank.sh", "");
        Assert.Contains(file, _box.Host.Resolve(Spec("with blank.sh")).Value!.Argv);
    }

    [Fact]
    public void Refusals_name_the_thing_and_the_fix()
    {
        Put("plain", "hello");
        Put("text", "hello", executable: true);
        Put("bad", "#!/no/such/thing\n");
        Directory.CreateDirectory(_box.Dir.At("folder"));
        Assert.Equal($"script not found: {_box.Dir.At("x/no.js")}; correct 'script' or 'cwd'", Refusal(Spec("./x/no.js")));
        Assert.Equal($"script is a directory: {_box.Dir.At("folder")}; name the file to run", Refusal(Spec("folder")));
        Assert.Equal($"script is not executable: {_box.Dir.At("plain")}; chmod +x it or set 'interpreter'", Refusal(Spec("plain")));
        Assert.Contains("neither a binary nor begins with #!", Refusal(Spec("text")), StringComparison.Ordinal);
        Assert.Contains("Interpreter /no/such/thing is NOT AVAILABLE", Refusal(Spec("bad")), StringComparison.Ordinal);
        Assert.Equal("cwd does not exist: /no/such; create it or correct 'cwd'", Refusal(Spec("plain") with { Cwd = "/no/such" }));
        Assert.Equal($"cwd is not a directory: {_box.Dir.At("plain")}", Refusal(Spec("plain") with { Cwd = _box.Dir.At("plain") }));
        Assert.Contains("no such user: nobody-here", Refusal(Spec("plain") with { User = "nobody-here" }), StringComparison.Ordinal);
        Assert.Contains("no such group: nobody-here", Refusal(Spec("plain") with { Group = "nobody-here" }), StringComparison.Ordinal);
        Assert.Contains("unknown limit: files", Refusal(Spec("plain") with { Limits = [new ResourceLimit("files", 1, 1)] }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_resolved_can_be_run()
    {
        Put("hello.sh", "echo \"hello $1\"");
        var found = _box.Host.Resolve(Spec("hello.sh") with { Args = ["world"], Env = ImmutableSortedDictionary<string, string>.Empty }).Value!;
        Assert.Equal("hello world\n", _box.Output(_box.Program(found.Executable, found.Argv)));
    }

    private string Refusal(AppSpec spec)
    {
        var found = _box.Host.Resolve(spec);
        Assert.Null(found.Value);
        return found.Refused!.Message;
    }

    private AppSpec Spec(string script) => new()
    {
        Name = "app",
        Script = script,
        Cwd = _box.Dir.Root,
        Env = ImmutableSortedDictionary<string, string>.Empty.Add("PATH", "bin"),
    };

    private string Tool(string name)
    {
        Directory.CreateDirectory(_box.Dir.At("bin"));
        return Put("bin/" + name, "#!/bin/sh\n", executable: true);
    }

    private string Put(string name, string text, bool executable = false)
    {
        var path = _box.Dir.At(name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | (executable ? UnixFileMode.UserExecute : 0));
        return path;
    }
}
