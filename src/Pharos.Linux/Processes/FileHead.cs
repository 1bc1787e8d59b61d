using System.Text;

namespace Pharos.Linux.Processes;

/// <summary>The <c>#!</c> line of a script, execve(2): a program and at most one argument.</summary>
internal sealed record Shebang(string Program, string? Argument);

/// <summary>What the first bytes of a file say about it.</summary>
/// <param name="IsElf">A binary.</param>
/// <param name="LooksLikeText">No NUL byte in it.</param>
/// <param name="Shebang">Its interpreter; null when it names none.</param>
internal sealed record FileHead(bool IsElf, bool LooksLikeText, Shebang? Shebang)
{
    /// <summary>Reads them. A file that cannot be read looks like a binary: the kernel is to judge.</summary>
    internal static FileHead Read(string path)
    {
        using var fd = new Fd(Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0));
        Span<byte> buffer = stackalloc byte[256];
        var count = fd.IsInvalid ? -1 : ProcFile.ReadAll(fd.Raw, buffer);
        return count < 0 ? new FileHead(IsElf: false, LooksLikeText: false, null) : Of(buffer[..count]);
    }

    internal static FileHead Of(ReadOnlySpan<byte> bytes) =>
        new(bytes.StartsWith("\x7f\x45LF"u8), !bytes.Contains((byte)0), ShebangOf(bytes));

    private static Shebang? ShebangOf(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("#!"u8))
            return null;
        var end = bytes.IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(end < 0 ? bytes[2..] : bytes[2..end]).Trim();
        var blank = line.AsSpan().IndexOfAny(' ', '\t');
        return line.Length == 0 ? null : blank < 0 ? new Shebang(line, null) : new Shebang(line[..blank], line[blank..].Trim());
    }
}
