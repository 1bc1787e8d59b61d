using System.Globalization;
using System.Text;

namespace Pharos.Example;

/// <summary>logfmt, a line a write: <c>time=... level=info msg="..."</c>.</summary>
internal static class Log
{
    public static void Info(string message) => Write(Libc.StandardOutput, "info", message);

    public static void Error(string message) => Write(Libc.StandardError, "error", message);

    public static void Write(int fd, string level, string message)
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var quoted = message.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
        Libc.Write(fd, Encoding.UTF8.GetBytes($"time={time} level={level} msg=\"{quoted}\"\n"));
    }
}
