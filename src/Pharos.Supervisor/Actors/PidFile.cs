using System.Globalization;

namespace Pharos.Supervisor.Actors;

/// <summary>The file that tells others the process id of an instance. What goes wrong with it is said, and never in the way of the instance.</summary>
internal static class PidFile
{
    /// <summary>Shows the id of a process, or that there is none.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="pid">The process; null: the file goes.</param>
    /// <param name="say">Takes a line about what went wrong.</param>
    public static void Show(string path, int? pid, Action<string> say)
    {
        try
        {
            if (pid is { } process)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, process.ToString(CultureInfo.InvariantCulture));
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (DirectoryNotFoundException) when (pid is null)
        {
            // Somebody deleted the folder, and the file with it.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"cannot write the pid file {path}: {e.Message}");
        }
    }
}
