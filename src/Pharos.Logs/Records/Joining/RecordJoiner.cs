using System.Text.RegularExpressions;
using Pharos.Core.Specs.Logs;

namespace Pharos.Logs.Records.Joining;

/// <summary>Joins the lines of stack traces to one record. One for each stream of each instance: lines of different ones never meet.</summary>
/// <remarks>
/// Every line comes out in exactly one record, in order. What is held can be thrown away and read again from the position of the last record's end.
/// A line that only might belong to the record (a blank one behind a Python trace) is held until the next one decides; if it does not, it begins a record of its own.
/// </remarks>
public sealed class RecordJoiner
{
    /// <summary>Most lines of a record.</summary>
    public const int MostLines = 1000;

    /// <summary>Most bytes of a record.</summary>
    public const int MostBytes = 262_144;

    private const int MostUndecided = 8;
    private const int JudgedBytes = 1024;
    private readonly LogMultiline _options;
    private readonly Regex? _start;
    private readonly TraceGrammar _grammar = new();
    private readonly List<Held> _lines = [];
    private byte[] _bytes = [];
    private int _length;
    private int _sure; // how many of _lines belong to the record for certain

    /// <param name="options">How lines are joined.</param>
    public RecordJoiner(LogMultiline options)
    {
        _options = options;
        if (options is { Enabled: true, Start: { } start })
            _start = new Regex(start, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
    }

    /// <summary>Position of the first line that is held; null: nothing is.</summary>
    public long? First => _lines.Count == 0 ? null : _lines[0].Position;

    /// <summary>When what is held has to be given out, Unix nanoseconds by the clock of the lines; null: nothing is held.</summary>
    public long? Deadline => _lines.Count == 0 ? null : _lines[^1].UnixNanos + (_options.Flush.Ticks * 100);

    /// <summary>Takes the next line.</summary>
    /// <param name="position">Position of its first byte.</param>
    /// <param name="next">Position of the line behind it.</param>
    /// <param name="unixNanos">When it was read.</param>
    /// <param name="line">The line as written, without its newline.</param>
    /// <param name="part">0, or which part of an over-long line it is, from 1.</param>
    /// <param name="handler">Is given records that are complete.</param>
    public void Push(long position, long next, long unixNanos, ReadOnlySpan<byte> line, int part, JoinedHandler handler)
    {
        // Somebody who prints once an hour must not have two hours in one record.
        if (Deadline is { } deadline && unixNanos > deadline)
            Flush(handler);
        if (part > 0)
        {
            Flush(handler);
            handler(new JoinedLines(position, next, unixNanos, line, part, 1));
            return;
        }

        Take(new Held(position, next, unixNanos, 0, 0), line, handler);
    }

    /// <summary>Gives out what is held: the deadline has passed, or the stream has ended.</summary>
    /// <param name="handler">Is given the records.</param>
    public void Flush(JoinedHandler handler)
    {
        while (_lines.Count > 0)
            GiveOut(handler);
    }

    /// <summary>Forgets what is held: it will be read again.</summary>
    public void Abandon()
    {
        _lines.Clear();
        (_length, _sure) = (0, 0);
    }

    private void Take(Held held, ReadOnlySpan<byte> line, JoinedHandler handler)
    {
        while (_lines.Count > 0)
        {
            var verdict = _lines.Count >= MostLines || _length + line.Length >= MostBytes ? Verdict.Begins : Judge(line);
            if (verdict != Verdict.Begins && !(verdict == Verdict.Undecided && _lines.Count - _sure >= MostUndecided))
            {
                Hold(held, line);
                if (verdict == Verdict.Belongs)
                    _sure = _lines.Count;
                return;
            }

            GiveOut(handler); // lines that were undecided come before this one again
        }

        Begin(held, line, handler);
    }

    private void Begin(Held held, ReadOnlySpan<byte> line, JoinedHandler handler)
    {
        var alone = _start is null && !_grammar.Begin(line, _options.Enabled);
        if (alone)
        {
            handler(new JoinedLines(held.Position, held.Next, held.UnixNanos, line, 0, 1));
            return;
        }

        Hold(held, line);
        _sure = 1;
    }

    private Verdict Judge(ReadOnlySpan<byte> line)
    {
        if (_start is null)
            return _grammar.Judge(line);
        Span<char> text = stackalloc char[JudgedBytes];
        var length = System.Text.Encoding.UTF8.GetChars(line[..Math.Min(line.Length, JudgedBytes)], text); // never more characters than bytes
        try
        {
            return _start.IsMatch(text[..length]) ? Verdict.Begins : Verdict.Belongs;
        }
        catch (RegexMatchTimeoutException)
        {
            return Verdict.Begins;
        }
    }

    private void Hold(Held held, ReadOnlySpan<byte> line)
    {
        var needed = _length + line.Length + 1;
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, Math.Max(256, _bytes.Length * 2)));
        line.CopyTo(_bytes.AsSpan(_length));
        _bytes[_length + line.Length] = (byte)'\n';
        _lines.Add(held with { Start = _length, Length = line.Length });
        _length = needed;
    }

    /// <summary>Gives out the lines that belong together, and begins anew with those that were undecided.</summary>
    private void GiveOut(JoinedHandler handler)
    {
        var last = _lines[_sure - 1];
        handler(new JoinedLines(_lines[0].Position, last.Next, _lines[0].UnixNanos, _bytes.AsSpan(0, last.Start + last.Length), 0, _sure));
        var rest = _lines[_sure..];
        var bytes = rest.Count > 0 ? _bytes : [];
        _bytes = rest.Count > 0 || _bytes.Length > 65_536 ? [] : _bytes;
        Abandon();
        foreach (var line in rest)
            Take(line, bytes.AsSpan(line.Start, line.Length), handler);
    }

    private readonly record struct Held(long Position, long Next, long UnixNanos, int Start, int Length);
}
