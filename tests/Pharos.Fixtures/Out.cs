using System.Text;

namespace Pharos.Fixtures;

/// <summary>Standard output, one write(2) a call.</summary>
internal static unsafe class Out
{
    internal static void Line(string text) => Text(text + "\n");

    internal static void Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* first = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                var count = Sys.write(1, first + done, bytes.Length - done);
                if (count <= 0)
                    return;
                done += count;
            }
        }
    }
}
