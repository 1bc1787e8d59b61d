namespace Pharos.Screens;

/// <summary>What was pressed.</summary>
internal enum MonitKey
{
    Quit,
    Up,
    Down,
    First,
    Last,
    PageUp,
    PageDown,
    Restart,
    StopOrStart,
    FullLog,
    Stdout,
    Stderr,
    Help,
    Yes,
    Other,
}

/// <summary>Bytes of a terminal in raw mode, as keys.</summary>
internal static class MonitKeys
{
    private const byte Escape = 0x1b, CtrlC = 3;

    /// <summary>Reads the keys of one read(2). An escape sequence is sent in one piece by every terminal we know.</summary>
    public static List<MonitKey> Read(ReadOnlySpan<byte> bytes)
    {
        var keys = new List<MonitKey>();
        while (!bytes.IsEmpty)
        {
            if (bytes is [Escape, (byte)'[' or (byte)'O', ..])
            {
                var end = 2;
                while (end < bytes.Length - 1 && bytes[end] is < (byte)'@' or > (byte)'~')
                {
                    end++;
                }

                keys.Add(end < bytes.Length ? Sequence(bytes[2..(end + 1)]) : MonitKey.Other);
                bytes = bytes[Math.Min(end + 1, bytes.Length)..];
                continue;
            }

            keys.Add(Plain(bytes[0]));
            bytes = bytes[1..];
        }

        return keys;
    }

    private static MonitKey Sequence(ReadOnlySpan<byte> sequence) => sequence switch
    {
        [(byte)'A'] => MonitKey.Up,
        [(byte)'B'] => MonitKey.Down,
        [(byte)'H'] or [(byte)'1' or (byte)'7', (byte)'~'] => MonitKey.First,
        [(byte)'F'] or [(byte)'4' or (byte)'8', (byte)'~'] => MonitKey.Last,
        [(byte)'5', (byte)'~'] => MonitKey.PageUp,
        [(byte)'6', (byte)'~'] => MonitKey.PageDown,
        _ => MonitKey.Other,
    };

    private static MonitKey Plain(byte key) => key switch
    {
        (byte)'q' or CtrlC => MonitKey.Quit,
        (byte)'k' => MonitKey.Up,
        (byte)'j' => MonitKey.Down,
        (byte)'g' => MonitKey.First,
        (byte)'G' => MonitKey.Last,
        (byte)'b' => MonitKey.PageUp,
        (byte)' ' => MonitKey.PageDown,
        (byte)'r' => MonitKey.Restart,
        (byte)'s' => MonitKey.StopOrStart,
        (byte)'l' => MonitKey.FullLog,
        (byte)'o' => MonitKey.Stdout,
        (byte)'e' => MonitKey.Stderr,
        (byte)'?' or (byte)'h' => MonitKey.Help,
        (byte)'y' or (byte)'Y' => MonitKey.Yes,
        _ => MonitKey.Other,
    };
}
