using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Pharos.Configuration.Syntax;

namespace Pharos.Configuration;

/// <summary>
/// JavaScript files are programs: the user's own <c>node</c> evaluates them, as PM2's users expect, and says the outcome as JSON.
/// The one child that is started outside the kernel room; this is the client's process, which supervises nothing.
/// </summary>
internal static class JavaScriptFile
{
    // What the file itself prints is not the outcome: that comes after a line that no file can guess. import() takes all three kinds of module.
    private const string Program =
        """
        const [path, mark] = process.argv.slice(-2);
        const say = text => require('fs').writeSync(1, text);
        import(require('url').pathToFileURL(path)).then(module => {
          const value = module.default === undefined ? { ...module } : module.default;
          if (typeof value === 'function') throw new Error('the file exports a function; an object or a list is accepted');
          const text = Buffer.from('\n' + mark + '\n' + (JSON.stringify(value) ?? 'null'));
          for (let at = 0; at < text.length;) at += require('fs').writeSync(1, text, at);
          process.exit(0);
        }).catch(error => {
          require('fs').writeSync(2, '\n' + mark + '\n' + (error && error.stack || String(error)));
          process.exit(1);
        });
        """;

    /// <summary>Evaluates a file.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="options">Its environment and its time.</param>
    /// <param name="needNone">The formats that need no node, for the message.</param>
    /// <returns>The tree, its lines unknown; or one line that says why not.</returns>
    public static Parsed Evaluate(string path, ConfigurationOptions options, string needNone)
    {
        var mark = Guid.NewGuid().ToString("n");
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = options.ShellCwd,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["--input-type=commonjs", "-e", Program, "--", path, mark])
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in options.ShellEnv)
            start.Environment[name] = value;

        Process node;
        try
        {
            node = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return Fault(0, $"JavaScript files are evaluated by node, which cannot be started ({e.Message}); {needNone} need none");
        }

        using (node)
        {
            node.StandardInput.Close();
            var (output, error) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
            if (!node.WaitForExit(options.EvaluationLimit))
            {
                node.Kill(entireProcessTree: true);
                return Fault(0, $"was not evaluated within {options.EvaluationLimit.TotalSeconds:0.###} s; a file that exports an object at once is accepted");
            }

            // A child that the file left behind may hold the pipes; what the file had to say is in them already.
            if (!Task.WaitAll([output, error], TimeSpan.FromSeconds(2)))
                return Fault(0, "leaves a process behind that holds its output; a file that only exports an object is accepted");
            return node.ExitCode == 0 && After(output.Result, mark) is { } json ? WithoutLines(LenientJson.Parse(json)) : Broken(path, After(error.Result, mark) ?? error.Result);
        }
    }

    private static string? After(string text, string mark)
    {
        var at = text.LastIndexOf($"\n{mark}\n", StringComparison.Ordinal);
        return at < 0 ? null : text[(at + mark.Length + 2)..];
    }

    private static Parsed Broken(string path, string stack)
    {
        var lines = stack.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var told = lines.FirstOrDefault(l => Regex.IsMatch(l, @"^[A-Za-z]*Error\b", RegexOptions.None, TimeSpan.FromSeconds(1))) ?? lines.FirstOrDefault() ?? "it ended without a word";
        var place = Regex.Match(stack, Regex.Escape(path) + @":(\d+)", RegexOptions.None, TimeSpan.FromSeconds(1));
        return Fault(place.Success ? int.Parse(place.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0, $"node cannot evaluate it: {told}; a file that exports an object or a list is accepted");
    }

    private static Parsed Fault(int line, string text) => new(null, new(line, 0, text));

    private static Parsed WithoutLines(Parsed parsed) => new(parsed.Root is null ? null : WithoutLines(parsed.Root), parsed.Fault);

    private static Node WithoutLines(Node node) => node switch
    {
        Node.Mapping m => new Node.Mapping(0, 0, [.. m.Members.Select(x => new Member(x.Key, 0, WithoutLines(x.Value)))]),
        Node.Sequence s => new Node.Sequence(0, 0, [.. s.Items.Select(WithoutLines)]),
        _ => node with { Line = 0, Column = 0 },
    };
}
