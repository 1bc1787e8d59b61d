using System.Text;
using Pharos.Client;

namespace Pharos.Screens;

/// <summary>
/// The terminal in raw mode on its alternate screen. Whatever happens, <see cref="Dispose"/> gives it back as it was; it may be
/// called more than once, from any thread.
/// </summary>
internal sealed unsafe class Tty : IDisposable
{
    // Alternate screen, no cursor, no wrapping at the last column.
    private const string Enter = "\e[?1049h\e[?25l\e[?7l\e[2J", Leave = "\e[?7h\e[?25h\e[0m\e[?1049l";

    private const int Input = 0;

    private readonly byte[] _before = new byte[ClientLibc.OpaqueBytes];
    private readonly int _output;
    private int _left;

    private Tty(int output) => _output = output;

    /// <summary>Takes the terminal.</summary>
    /// <returns>Null when stdin or stdout is none.</returns>
    public static Tty? Take(Shell shell)
    {
        var tty = new Tty(shell.Output);
        fixed (byte* before = tty._before)
        {
            if (shell.Columns() == 0 || ClientLibc.tcgetattr(Input, before) != 0)
            {
                return null;
            }
        }

        var raw = (byte[])tty._before.Clone();
        fixed (byte* settings = raw)
        {
            ClientLibc.cfmakeraw(settings);
            _ = ClientLibc.tcsetattr(Input, ClientLibc.TCSANOW, settings);
        }

        tty.Write(Enter);
        return tty;
    }

    /// <summary>Columns and rows.</summary>
    public (int Width, int Height) Size()
    {
        var size = stackalloc ushort[4]; // struct winsize: rows, columns, pixels twice
        return ClientLibc.ioctl(_output, ClientLibc.TIOCGWINSZ, (byte*)size) == 0 && size[0] > 0 && size[1] > 0
            ? (size[1], size[0])
            : (80, 24);
    }

    /// <summary>Shows a whole frame in one write, so that no half of it is ever seen.</summary>
    public void Show(string[] lines)
    {
        // ?2026: terminals that know it hold the picture back until it is complete.
        var frame = new StringBuilder("\e[?2026h\e[H");
        for (var i = 0; i < lines.Length; i++)
        {
            frame.Append(i > 0 ? "\r\n" : "").Append("\e[K").Append(lines[i]); // not after it: the cursor stays on the last column
        }

        Write(frame.Append("\e[?2026l").ToString());
    }

    /// <summary>Waits for keys.</summary>
    /// <param name="buffer">Where they go.</param>
    /// <param name="milliseconds">Longest wait.</param>
    /// <returns>Bytes read; 0 when none came; -1 when the terminal is gone.</returns>
    public static int Read(byte[] buffer, int milliseconds)
    {
        var waiting = new ClientLibc.PollFd { fd = Input, events = ClientLibc.POLLIN };
        if (ClientLibc.poll(&waiting, 1, milliseconds) <= 0)
        {
            return 0;
        }

        fixed (byte* start = buffer)
        {
            var n = (int)ClientLibc.read(Input, start, (nuint)buffer.Length);
            return n > 0 ? n : -1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            Write(Leave);
            fixed (byte* before = _before)
            {
                _ = ClientLibc.tcsetattr(Input, ClientLibc.TCSANOW, before);
            }
        }
    }

    private void Write(string text) => Shell.Write(_output, Encoding.UTF8.GetBytes(text));
}
