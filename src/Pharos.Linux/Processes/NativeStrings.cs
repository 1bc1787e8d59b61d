using System.Runtime.InteropServices;
using System.Text;

namespace Pharos.Linux.Processes;

/// <summary>A NULL-terminated array of C strings, as argv and envp are: one block of memory.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte** _block;

    internal NativeStrings(IReadOnlyCollection<string> strings)
    {
        var bytes = (nuint)((strings.Count + 1) * sizeof(byte*));
        foreach (var text in strings)
            bytes += (nuint)Encoding.UTF8.GetByteCount(text) + 1;
        _block = (byte**)NativeMemory.Alloc(bytes);
        var text0 = (byte*)(_block + strings.Count + 1);
        var i = 0;
        foreach (var text in strings)
        {
            _block[i++] = text0;
            var length = Encoding.UTF8.GetByteCount(text);
            Encoding.UTF8.GetBytes(text, new Span<byte>(text0, length));
            text0[length] = 0;
            text0 += length + 1;
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
