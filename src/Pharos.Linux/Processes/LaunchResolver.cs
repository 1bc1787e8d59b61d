using System.Collections.Immutable;
using Pharos.Core.Ports;
using Pharos.Core.Specs;

namespace Pharos.Linux.Processes;

/// <summary>From what the user wrote to what is executed; or one line that says what is wrong and how to put it right.</summary>
internal static class LaunchResolver
{
    /// <summary>PATH of a process that has none, as execvp(3) takes it.</summary>
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    internal static Launched<ResolvedCommand> Resolve(AppSpec spec)
    {
        var refused = CheckCwd(spec.Cwd) ?? Credentials.Find(spec.User, spec.Group, out _) ?? Limits.Check(spec.Limits);
        if (refused is not null)
            return refused;
        var path = spec.Env.GetValueOrDefault("PATH") ?? Environment.GetEnvironmentVariable("PATH") ?? DefaultPath;
        var search = new PathSearch(path, spec.Cwd);
        if (FindScript(spec, search) is not { } script)
            return Missing(spec, search);
        if (Directory.Exists(script))
            return new LaunchRefused($"script is a directory: {script}; name the file to run");
        return spec.Interpreter switch
        {
            null => ByKind(spec, script, search),
            Interpreters.None => Direct(spec, script, interpreterAllowed: false),
            { } interpreter => With(spec, script, interpreter, [], search),
        };
    }

    private static LaunchRefused? CheckCwd(string cwd)
    {
        if (File.Exists(cwd))
            return new LaunchRefused($"cwd is not a directory: {cwd}");
        if (!Path.IsPathRooted(cwd))
            return new LaunchRefused($"cwd is not absolute: {cwd}");
        if (!Directory.Exists(cwd))
            return new LaunchRefused($"cwd does not exist: {cwd}; create it or correct 'cwd'");
        return Libc.access(cwd, Libc.X_OK) < 0 ? new LaunchRefused($"cwd is not accessible: {cwd}; check its permissions") : null;
    }

    private static string? FindScript(AppSpec spec, PathSearch search)
    {
        var file = Path.GetFullPath(spec.Script.Length == 0 ? "." : spec.Script, spec.Cwd);
        if (File.Exists(file))
            return file;

        // A directory of the same name as a command must not hide the command.
        return search.Find(spec.Script) ?? (Directory.Exists(file) ? file : null);
    }

    private static Launched<ResolvedCommand> Missing(AppSpec spec, PathSearch search)
    {
        var isCommandLine = spec.Script.Trim().AsSpan().IndexOfAny(' ', '\t') > 0 && spec.Interpreter is null or Interpreters.None or "bash" or "sh";
        if (isCommandLine && (search.Find("bash") ?? search.Find("sh")) is { } shell)
            return new ResolvedCommand(shell, [Path.GetFileName(shell), "-c", spec.Script, Path.GetFileName(shell), .. spec.Args], shell);
        return new LaunchRefused(spec.Script.Contains('/')
            ? $"script not found: {Path.GetFullPath(spec.Script, spec.Cwd)}; correct 'script' or 'cwd'"
            : $"script not found: {spec.Script} is neither a file in {spec.Cwd} nor a command on PATH");
    }

    private static Launched<ResolvedCommand> ByKind(AppSpec spec, string script, PathSearch search)
    {
        var candidates = Interpreters.For(script);
        if (candidates.Count == 0)
            return Direct(spec, script, interpreterAllowed: true);
        foreach (var (program, args) in candidates)
        {
            if (search.Find(program) is not null)
                return With(spec, script, program, args, search);
        }

        return NotAvailable(candidates[0].Program);
    }

    private static Launched<ResolvedCommand> With(AppSpec spec, string script, string interpreter, string[] ownArgs, PathSearch search)
    {
        var program = interpreter.Contains('/') ? Path.GetFullPath(interpreter, spec.Cwd) : search.Find(interpreter);
        if (program is null || !PathSearch.IsExecutable(program))
            return NotAvailable(interpreter);
        if (Libc.access(script, Libc.R_OK) < 0)
            return new LaunchRefused($"script is not readable: {script}; check its permissions");
        ImmutableArray<string> argv = [interpreter, .. ownArgs, .. spec.InterpreterArgs, script, .. spec.Args];
        return new ResolvedCommand(program, argv, program);
    }

    private static Launched<ResolvedCommand> Direct(AppSpec spec, string script, bool interpreterAllowed)
    {
        var executable = Libc.access(script, Libc.X_OK) == 0;
        var head = FileHead.Read(script);
        if (executable && (head.Shebang is not null || !head.LooksLikeText))
            return new ResolvedCommand(script, [script, .. spec.Args], Interpreter: null);
        if (executable)
            return new LaunchRefused($"script {script} is neither a binary nor begins with #!; add a #! line or set 'interpreter'");
        if (!interpreterAllowed || head.Shebang is not { } line)
            return new LaunchRefused($"script is not executable: {script}; chmod +x it or set 'interpreter'");
        if (!PathSearch.IsExecutable(line.Program))
            return NotAvailable(line.Program);
        string[] argument = line.Argument is { } one ? [one] : [];
        return new ResolvedCommand(line.Program, [line.Program, .. argument, .. spec.InterpreterArgs, script, .. spec.Args], line.Program);
    }

    private static LaunchRefused NotAvailable(string interpreter) =>
        new($"Interpreter {interpreter} is NOT AVAILABLE in PATH. (type 'which {interpreter}' to double check.)");
}
