namespace Pharos.Logs.Framing;

/// <summary>Receives one line, without its newline.</summary>
/// <param name="line">The bytes; valid only during the call.</param>
/// <param name="part">0 for a whole line; 1, 2, … for the parts of an over-long one.</param>
public delegate void LineHandler(ReadOnlySpan<byte> line, int part);

/// <summary>Cuts a byte stream into lines: on bytes, never on chunks. However the stream is cut, the lines are the same.</summary>
/// <remarks>A line that is longer than the limit is handed on in parts, each flagged. What stands after the last newline waits for its rest.</remarks>
/// <param name="maxLineBytes">Longest line, bytes.</param>
public sealed class LineFramer(int maxLineBytes = LineFramer.DefaultMaxLineBytes)
{
    /// <summary>Longest line unless told otherwise, bytes.</summary>
    public const int DefaultMaxLineBytes = 65_536;

    private byte[] _held = [];
    private int _heldBytes;
    private int _part;

    /// <summary>Bytes of the unfinished line.</summary>
    public int Pending => _heldBytes;

    /// <summary>What came last is the beginning of a line, or a part of an over-long one.</summary>
    public bool IsWithinLine => _heldBytes > 0 || _part > 0;

    /// <summary>Takes the next bytes of the stream.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="handler">Called for each line that ends in them.</param>
    public void Push(ReadOnlySpan<byte> bytes, LineHandler handler)
    {
        while (!bytes.IsEmpty)
        {
            // A part ends only when one byte more than the limit is there: a line of exactly the limit is whole.
            var room = maxLineBytes - _heldBytes;
            var newline = bytes[..(int)Math.Min(bytes.Length, (long)room + 1)].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                Emit(bytes[..newline], handler, last: true);
                bytes = bytes[(newline + 1)..];
            }
            else if (bytes.Length > room)
            {
                Emit(bytes[..room], handler, last: false);
                bytes = bytes[room..];
            }
            else
            {
                Hold(bytes);
                return;
            }
        }
    }

    /// <summary>The stream has ended: what is held is a line too.</summary>
    /// <param name="handler">Called when something is held.</param>
    public void Flush(LineHandler handler)
    {
        if (_heldBytes > 0 || _part > 0)
            Emit([], handler, last: true);
    }

    private void Emit(ReadOnlySpan<byte> rest, LineHandler handler, bool last)
    {
        var part = last && _part == 0 ? 0 : ++_part;
        if (_heldBytes == 0)
        {
            handler(rest, part);
        }
        else
        {
            Hold(rest);
            handler(_held.AsSpan(0, _heldBytes), part);
            _heldBytes = 0;
            if (_held.Length > 8192)
                _held = []; // one long line must not keep its memory for ever
        }

        if (last)
            _part = 0;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        var needed = _heldBytes + bytes.Length;
        if (needed > _held.Length)
            Array.Resize(ref _held, Math.Max(needed, Math.Min(_held.Length * 2, maxLineBytes)));
        bytes.CopyTo(_held.AsSpan(_heldBytes));
        _heldBytes = needed;
    }
}
