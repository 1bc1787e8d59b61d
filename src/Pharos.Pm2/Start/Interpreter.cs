using System.Text;

namespace Pharos.Pm2.Start;

/// <summary>Which program runs a script, by PM2's rules.</summary>
internal static class Interpreter
{
    /// <summary>The script itself is executed.</summary>
    public const string None = "none";

    /// <summary>Node.</summary>
    public const string Node = "node";

    /// <summary>Chooses one.</summary>
    /// <param name="script">Absolute path.</param>
    /// <param name="find">Finds a command on PATH.</param>
    public static string For(string script, Func<string, string?> find) => Path.GetExtension(script).ToLowerInvariant() switch
    {
        ".sh" => "bash",
        ".py" => find("python3") is null && find("python") is not null ? "python" : "python3",
        ".rb" => "ruby",
        ".php" => "php",
        ".pl" => "perl",
        ".js" or ".cjs" or ".mjs" => Node,
        ".ts" or ".tsx" => find("bun") is null ? Node : "bun",
        ".coffee" => "coffee",
        ".ls" => "lsc",
        _ => Head(script) switch
        {
            Kind.Binary => None,
            Kind.OwnInterpreter => None,
            Kind.Text => Node,
        },
    };

    /// <summary>Whether it is a Node.</summary>
    public static bool IsNode(string? interpreter) => Path.GetFileName(interpreter) is { } name && (name == Node || name.EndsWith(Node, StringComparison.Ordinal));

    private enum Kind
    {
        Binary,
        OwnInterpreter,
        Text,
    }

    // A text without an extension is JavaScript, as it always was, unless its first line says something else.
    private static Kind Head(string script)
    {
        Span<byte> head = stackalloc byte[256];
        int length;
        try
        {
            using var file = new FileStream(script, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1);
            length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Kind.Binary; // executable and not readable: nothing else can run it
        }

        head = head[..length];
        if (head.StartsWith("#!"u8))
        {
            var line = Encoding.UTF8.GetString(head).Split('\n')[0];
            return line.Contains("node", StringComparison.Ordinal) || !IsExecutable(script) ? Kind.Text : Kind.OwnInterpreter;
        }

        return head.Contains((byte)0) ? Kind.Binary : Kind.Text;
    }

    private static bool IsExecutable(string script) => (File.GetUnixFileMode(script) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
