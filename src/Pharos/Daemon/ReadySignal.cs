using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pharos.Daemon;

/// <summary>Tells the client that started this daemon, once, that it is ready or why it is not.</summary>
internal sealed class ReadySignal(int? fd)
{
    private int? _fd = fd;

    public void Ready() => Say("ready\n");

    public void Refuse(string line) => Say($"error: {line.ReplaceLineEndings(" ")}\n");

    private void Say(string text)
    {
        if (_fd is not { } fd)
            return;
        _fd = null;
        try
        {
            using var pipe = new FileStream(new SafeFileHandle(fd, ownsHandle: true), FileAccess.Write, bufferSize: 0);
            pipe.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // The client gave up waiting: nobody is left to tell.
        }
    }
}
