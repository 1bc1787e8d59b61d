using System.Collections;
using System.Text;

namespace Pharos.Client;

/// <summary>What the command was typed into: variables, folder, and where its words go.</summary>
internal sealed class Shell
{
    /// <summary>The shell's environment.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The folder that the command was typed in.</summary>
    public required string Cwd { get; init; }

    /// <summary>File descriptor of stdout.</summary>
    public required int Output { get; init; }

    /// <summary>File descriptor of stderr.</summary>
    public required int Error { get; init; }

    /// <summary>The shell around this process.</summary>
    public static Shell OfThisProcess()
    {
        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string)entry.Value!;
        }

        return new() { Variables = variables, Cwd = Environment.CurrentDirectory, Output = 1, Error = 2 };
    }

    /// <summary>A variable's value.</summary>
    /// <returns>Null when it is unset or empty.</returns>
    public string? Variable(string name) => Variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Columns of the terminal behind stdout.</summary>
    /// <returns>0 when stdout is not a terminal.</returns>
    public unsafe int Columns()
    {
        var size = stackalloc ushort[4]; // struct winsize: rows, columns, pixels twice
        if (ClientLibc.ioctl(Output, ClientLibc.TIOCGWINSZ, (byte*)size) != 0)
        {
            return 0;
        }

        const int unknown = 80;
        return size[1] == 0 ? unknown : size[1];
    }

    /// <summary>Writes everything to a file descriptor.</summary>
    /// <returns>False when nobody reads it any more; nothing else is reported, as there is nowhere to report to.</returns>
    public static unsafe bool Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint done = 0;
            while (done < bytes.Length)
            {
                var n = ClientLibc.write(fd, start + done, (nuint)(bytes.Length - done));
                if (n >= 0)
                {
                    done += n;
                }
                else if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is not ClientLibc.EINTR)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Prints text as it is.</summary>
    public void Print(string text) => Write(Output, Encoding.UTF8.GetBytes(text));

    /// <summary>Says in one line what is wrong.</summary>
    /// <returns>The exit code, for <c>return shell.Fail(...)</c>.</returns>
    public int Fail(string line, int exitCode = 1)
    {
        Write(Error, Encoding.UTF8.GetBytes($"pharos: {line}\n"));
        return exitCode;
    }
}
