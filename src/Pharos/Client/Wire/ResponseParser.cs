using System.Text;

namespace Pharos.Client.Wire;

/// <summary>
/// HTTP/1.1 responses as a push parser: bytes in as they come, body out as it comes. Knows Content-Length, chunked, and "until the
/// connection closes"; that is all a control API needs (RFC 9112).
/// </summary>
internal sealed class ResponseParser
{
    private const int LongestLine = 16 * 1024;

    private readonly byte[] _line = new byte[LongestLine];
    private int _lineLength;
    private Part _part;
    private long _left;
    private bool _chunked;
    private bool _sized;

    private enum Part
    {
        StatusLine,
        Headers,
        Sized,
        UntilClose,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        Trailers,
        Done,
        Broken,
    }

    /// <summary>HTTP status; 0 before the status line was read.</summary>
    public int Status { get; private set; }

    /// <summary>What the command should exit with; null when the server did not say.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>The headers are through: <see cref="Status"/> and <see cref="ExitCode"/> are final.</summary>
    public bool HasHead => _part > Part.Headers && _part != Part.Broken;

    /// <summary>The message is complete.</summary>
    public bool IsDone => _part == Part.Done;

    /// <summary>This is not HTTP.</summary>
    public bool IsBroken => _part == Part.Broken;

    /// <summary>Whether an end of the connection now is the end of the message, and not the loss of its rest.</summary>
    public bool MayEndHere => _part is Part.Done or Part.UntilClose;

    /// <summary>Takes bytes off the input until there is a piece of body.</summary>
    /// <param name="input">What was received; what is used is taken off its front.</param>
    /// <returns>A piece of the body; empty when the input is used up, or the message is over.</returns>
    public ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty && _part is not (Part.Done or Part.Broken))
        {
            switch (_part)
            {
                case Part.UntilClose:
                    var all = input;
                    input = default;
                    return all;

                case Part.Sized or Part.ChunkData:
                    var piece = input[..(int)Math.Min(_left, input.Length)];
                    input = input[piece.Length..];
                    _left -= piece.Length;
                    if (_left == 0)
                    {
                        _part = _part == Part.Sized ? Part.Done : Part.ChunkEnd;
                    }

                    return piece;

                default:
                    if (TakeLine(ref input))
                    {
                        Take(_line.AsSpan(0, _lineLength));
                        _lineLength = 0;
                    }

                    break;
            }
        }

        return default;
    }

    private bool TakeLine(ref ReadOnlySpan<byte> input)
    {
        var newline = input.IndexOf((byte)'\n');
        var part = newline < 0 ? input : input[..newline];
        input = newline < 0 ? default : input[(newline + 1)..];
        if (_lineLength + part.Length > LongestLine)
        {
            _part = Part.Broken;
            return false;
        }

        part.CopyTo(_line.AsSpan(_lineLength));
        _lineLength += part.Length;
        if (newline < 0)
        {
            return false;
        }

        if (_lineLength > 0 && _line[_lineLength - 1] == '\r')
        {
            _lineLength--;
        }

        return true;
    }

    private void Take(ReadOnlySpan<byte> line) => _part = _part switch
    {
        Part.StatusLine => StatusLine(line),
        Part.Headers => line.IsEmpty ? EndOfHead() : Header(line),
        Part.ChunkSize => ChunkSize(line),
        Part.ChunkEnd => line.IsEmpty ? Part.ChunkSize : Part.Broken,
        Part.Trailers => line.IsEmpty ? Part.Done : Part.Trailers,
        _ => Part.Broken,
    };

    private Part StatusLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || !int.TryParse(line.Slice(9, 3), out var status))
        {
            return Part.Broken;
        }

        Status = status;
        return Part.Headers;
    }

    private Part Header(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return Part.Broken;
        }

        var name = line[..colon];
        var value = line[(colon + 1)..].Trim((byte)' ');
        if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
        {
            _sized = long.TryParse(value, out _left) && _left >= 0;
            return _sized ? Part.Headers : Part.Broken;
        }

        if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
        {
            _chunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
            return _chunked ? Part.Headers : Part.Broken;
        }

        if (Ascii.EqualsIgnoreCase(name, "pharos-exit-code"u8) && int.TryParse(value, out var exitCode))
        {
            ExitCode = exitCode;
        }

        return Part.Headers;
    }

    private Part EndOfHead() => Status switch
    {
        < 200 => Part.StatusLine, // 100 Continue and its like: the real answer follows
        204 or 304 => Part.Done,
        _ when _chunked => Part.ChunkSize,
        _ when _sized => _left == 0 ? Part.Done : Part.Sized,
        _ => Part.UntilClose,
    };

    private Part ChunkSize(ReadOnlySpan<byte> line)
    {
        var extension = line.IndexOf((byte)';');
        var digits = extension < 0 ? line : line[..extension].TrimEnd((byte)' ');
        if (digits.Length is 0 or > 15 || !long.TryParse(digits, System.Globalization.NumberStyles.AllowHexSpecifier, null, out _left))
        {
            return Part.Broken;
        }

        return _left == 0 ? Part.Trailers : Part.ChunkData;
    }
}
