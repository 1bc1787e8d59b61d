using System.Runtime.InteropServices;
using System.Text;

namespace Pharos.Linux.Processes;

/// <summary>A NULL-terminated array of C strings, as argv and envp are: one block of memory.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte** _block;

    internal NativeStrings(IReadOnlyCollection<string> strings)
        : this([.. strings.Select(Encoding.UTF8.GetBytes)])
    {
    }

    /// <summary>Bytes as they are: what a shell put into a variable need not be UTF-8.</summary>
    internal NativeStrings(IReadOnlyList<byte[]> strings)
    {
        var bytes = (nuint)((strings.Count + 1) * sizeof(byte*));
        foreach (var text in strings)
            bytes += (nuint)text.Length + 1;
        _block = (byte**)NativeMemory.Alloc(bytes);
        var text0 = (byte*)(_block + strings.Count + 1);
        var i = 0;
        foreach (var text in strings)
        {
            _block[i++] = text0;
            text.CopyTo(new Span<byte>(text0, text.Length));
            text0[text.Length] = 0;
            text0 += text.Length + 1;
        }

        _block[i] = null;
    }

    internal byte** Pointer => _block;

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}
