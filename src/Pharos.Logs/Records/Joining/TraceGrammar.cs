namespace Pharos.Logs.Records.Joining;

/// <summary>Whether a line goes with those before it.</summary>
internal enum Verdict
{
    /// <summary>It begins a record.</summary>
    Begins,

    /// <summary>It belongs to the record, and what was undecided before it does too.</summary>
    Belongs,

    /// <summary>The next line decides.</summary>
    Undecided,
}

/// <summary>What stack traces look like: Node, Python, Java, .NET, Go, Ruby, PHP, Rust. Knows where in a trace it is; one line at a time.</summary>
internal sealed class TraceGrammar
{
    private enum At
    {
        /// <summary>An ordinary line; a trace may follow.</summary>
        Line,

        /// <summary>Inside a trace whose further lines are indented.</summary>
        Trace,

        /// <summary>Inside a Python trace, before its exception.</summary>
        Python,

        /// <summary>Behind the exception of a Python trace.</summary>
        PythonEnd,

        /// <summary>Node shows the place in the source first.</summary>
        NodeSource,

        /// <summary>Behind the caret under that source.</summary>
        NodeCaret,

        /// <summary>In a Go panic, outside a goroutine.</summary>
        Go,

        /// <summary>In a Go panic, behind the name of a function.</summary>
        GoFunction,

        /// <summary>In a PHP trace.</summary>
        Php,

        /// <summary>In a message of the .NET console logger, whose lines are indented.</summary>
        DotNetConsole,

        /// <summary>A Rust panic, before its message.</summary>
        Rust,

        /// <summary>Inside a PEM block.</summary>
        Pem,
    }

    private At _at;
    private bool _severe; // the first line says error, so that a trace without indentation may belong to it
    private bool _node; // Node shows a source line before the error, and its version behind
    private int _braces; // objects that Node prints with an error and that are still open

    /// <summary>A record begins.</summary>
    /// <param name="line">Its first line.</param>
    /// <param name="traces">Whether traces are joined; private keys always are.</param>
    /// <returns>False when nothing can belong to it.</returns>
    public bool Begin(ReadOnlySpan<byte> line, bool traces)
    {
        (_at, _braces) = (At.Line, 0);
        if (IsPem(line))
        {
            _at = At.Pem;
            return true;
        }

        if (!traces || line.IsEmpty || (line[0] == (byte)'{' && line[^1] == (byte)'}'))
            return false;
        _severe = SeverityParser.Quick(line) >= 17;
        _node = false;
        if (IsPythonTrace(line))
            _at = IsPythonGroup(line) ? At.Trace : At.Python;
        else if (line.StartsWith("panic: "u8) || line.StartsWith("fatal error: "u8) || line.StartsWith("goroutine "u8))
            _at = At.Go;
        else if (line.StartsWith("thread '"u8) && line.IndexOf("' panicked at "u8) > 0)
            _at = At.Rust;
        else if (IsNodePlace(line))
            _at = At.NodeSource;
        else if (IsDotNetConsole(line))
            _at = At.DotNetConsole;
        return true;
    }

    /// <summary>What the next line is.</summary>
    /// <param name="line">The line.</param>
    public Verdict Judge(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd("\r"u8);
        if (_at == At.Pem)
        {
            if (line.StartsWith("-----END "u8))
                _at = At.Trace;
            return Verdict.Belongs;
        }

        var indent = line.IndexOfAnyExcept((byte)' ', (byte)'\t');
        var text = indent < 0 ? [] : line[indent..];
        return _at switch
        {
            At.Python => Python(indent, text),
            At.PythonEnd => PythonEnd(indent, text),
            At.NodeSource or At.NodeCaret => NodeSource(text),
            At.Go or At.GoFunction => Go(indent, text),
            At.Php when text.StartsWith("#"u8) || indent > 0 => Verdict.Belongs,
            At.DotNetConsole => indent >= 6 ? Verdict.Belongs : Verdict.Begins,
            At.Rust => text.IsEmpty ? Verdict.Begins : To(At.Trace),
            _ => Trace(indent, text),
        };
    }

    private Verdict Trace(int indent, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return _node && _at == At.Trace ? Verdict.Undecided : Verdict.Begins;
        if (_node && text.StartsWith("Node.js v"u8))
            return Verdict.Belongs;
        if (IsPythonTrace(text) && _at == At.Line)
            return IsPythonGroup(text) ? (_severe ? To(At.Trace) : Verdict.Begins) : _severe || indent > 0 ? To(At.Python) : Verdict.Begins;
        if (_severe && indent == 0 && _at == At.Line && IsExceptionLine(text))
            return Verdict.Belongs;
        if (text.StartsWith("Stack trace:"u8) && _at == At.Line)
            return To(At.Php);
        if (IsTraceLine(indent, text))
        {
            Braces(text);
            return To(At.Trace);
        }

        if (_at != At.Trace)
            return Verdict.Begins;
        var closes = _braces > 0 && (indent > 0 || text[0] is (byte)'}' or (byte)']');
        if (closes || indent > 0 || text.StartsWith("Caused by: "u8) || text.StartsWith("--- End of "u8) || text.StartsWith("stack backtrace:"u8) || text.StartsWith("note: "u8))
        {
            Braces(text);
            return Verdict.Belongs;
        }

        return Verdict.Begins;
    }

    /// <summary>A line that nothing but a trace has.</summary>
    private static bool IsTraceLine(int indent, ReadOnlySpan<byte> text)
    {
        if (indent == 0)
            return text.StartsWith("Caused by: "u8);
        return text[0] switch
        {
            (byte)'a' => text.StartsWith("at "u8),
            (byte)'f' => text.StartsWith("from "u8) && text.IndexOf((byte)':') > 0,
            (byte)'-' => text.StartsWith("---> "u8) || text.StartsWith("--- End of "u8),
            (byte)'.' => text.StartsWith("... "u8) && text.IndexOf(" more"u8) > 0,
            (byte)'S' => text.StartsWith("Suppressed: "u8),
            (byte)'C' => text.StartsWith("Caused by: "u8) || text.StartsWith("CIRCULAR REFERENCE: "u8),
            (byte)'[' => text.StartsWith("[cause]: "u8) || text.StartsWith("[errors]: ["u8),
            (byte)'F' => text.StartsWith("File \""u8) && text.IndexOf("\", line "u8) > 0,
            _ => false,
        };
    }

    private Verdict Python(int indent, ReadOnlySpan<byte> text)
    {
        if (indent > 0 || text.IsEmpty || IsPythonTrace(text))
            return Verdict.Belongs;
        return To(At.PythonEnd); // ValueError: what it was
    }

    private Verdict PythonEnd(int indent, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return Verdict.Undecided;
        if (text.StartsWith("During handling of the above exception"u8) || text.StartsWith("The above exception was the direct cause"u8))
            return Verdict.Belongs;
        return IsPythonTrace(text) || (indent > 0 && text[0] is (byte)'+' or (byte)'|') ? To(At.Python) : Verdict.Begins;
    }

    private Verdict NodeSource(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return Verdict.Undecided;
        if (_at == At.NodeSource)
        {
            if (text.IndexOfAnyExcept((byte)'^', (byte)'~') < 0)
                _at = At.NodeCaret;
            return Verdict.Undecided;
        }

        _node = true;
        return To(At.Trace); // the error itself
    }

    private Verdict Go(int indent, ReadOnlySpan<byte> text)
    {
        if (_at == At.GoFunction)
        {
            _at = At.Go;
            return indent > 0 ? Verdict.Belongs : Verdict.Begins;
        }

        if (text.IsEmpty)
            return Verdict.Undecided;
        if (indent > 0 || text.StartsWith("goroutine "u8) || text.StartsWith("[signal "u8) || text.StartsWith("panic: "u8) || text.StartsWith("exit status "u8) || text.StartsWith("...additional frames elided"u8) || text.StartsWith("[recovered"u8))
            return Verdict.Belongs;
        if (!((text[^1] == (byte)')' && text.IndexOf((byte)'(') > 0) || text.StartsWith("created by "u8)))
            return Verdict.Begins;
        _at = At.GoFunction;
        return Verdict.Undecided;
    }

    private Verdict To(At at)
    {
        _at = at;
        return Verdict.Belongs;
    }

    private void Braces(ReadOnlySpan<byte> text)
    {
        if (text[^1] is (byte)'{' or (byte)'[')
            _braces++;
        if (text[0] is (byte)'}' or (byte)']')
            _braces = Math.Max(0, _braces - 1);
    }

    /// <summary>java.lang.IllegalStateException: why. What logged it stands in the line before.</summary>
    private static bool IsExceptionLine(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny((byte)':', (byte)' ');
        var name = end < 0 ? text : text[..end];
        return (end < 0 || text[end] == (byte)':') && name.IndexOf((byte)'.') > 0 && (name.EndsWith("Exception"u8) || name.EndsWith("Error"u8) || name.EndsWith("Throwable"u8));
    }

    /// <summary>All lines of a group are indented.</summary>
    private static bool IsPythonGroup(ReadOnlySpan<byte> text) => text.IndexOf("+ Exception Group"u8) is >= 0 and < 64;

    private static bool IsPythonTrace(ReadOnlySpan<byte> text) =>
        text.StartsWith("Traceback (most recent call last):"u8) || text.TrimStart(" |"u8).StartsWith("+ Exception Group Traceback (most recent call last):"u8);

    /// <summary>/app/server.js:12 or file:///app/server.mjs:12 or node:internal/x:3, alone in its line.</summary>
    private static bool IsNodePlace(ReadOnlySpan<byte> line)
    {
        if (line[0] is not ((byte)'/' or (byte)'f' or (byte)'n') || !(line[0] == (byte)'/' || line.StartsWith("file:///"u8) || line.StartsWith("node:"u8)))
            return false;
        var colon = line.LastIndexOf((byte)':');
        return colon > 0 && colon < line.Length - 1 && line[(colon + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && line.IndexOf((byte)' ') < 0;
    }

    private static bool IsDotNetConsole(ReadOnlySpan<byte> line)
    {
        if (line.Length < 8 || line[4] != (byte)':' || line[5] != (byte)' ' || line[^1] != (byte)']')
            return false;
        var word = line[..4];
        return word.SequenceEqual("info"u8) || word.SequenceEqual("warn"u8) || word.SequenceEqual("fail"u8) || word.SequenceEqual("crit"u8) || word.SequenceEqual("dbug"u8) || word.SequenceEqual("trce"u8);
    }

    private static bool IsPem(ReadOnlySpan<byte> line) => line.IndexOf("-----BEGIN "u8) is >= 0 and var at && line[at..].IndexOf("PRIVATE KEY-----"u8) > 0 && line.IndexOf("-----END "u8) < 0;
}
