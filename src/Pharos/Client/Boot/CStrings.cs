using System.Runtime.InteropServices;
using System.Text;

namespace Pharos.Client.Boot;

/// <summary>A null-terminated array of C strings.</summary>
internal sealed unsafe class CStrings : IDisposable
{
    private readonly byte** _start;
    private readonly int _count;

    public CStrings(IReadOnlyList<string> strings)
    {
        _count = strings.Count;
        _start = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            var length = Encoding.UTF8.GetByteCount(strings[i]);
            _start[i] = (byte*)NativeMemory.AllocZeroed((nuint)length + 1);
            Encoding.UTF8.GetBytes(strings[i], new Span<byte>(_start[i], length));
        }
    }

    public byte** Start => _start;

    public byte* this[int i] => _start[i];

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            NativeMemory.Free(_start[i]);
        }

        NativeMemory.Free(_start);
    }
}
