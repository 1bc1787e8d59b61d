namespace Pharos.Core.Identity;

/// <summary>What an app may be called, and what it is called when nobody says.</summary>
public static class AppName
{
    private const int Longest = 100;

    /// <summary>Whether a text may be an app's name: letters, digits, dot, dash, underscore, at and plus; safe in a file name.</summary>
    /// <param name="name">The text.</param>
    /// <returns>False for the empty text, and for more than 100 characters.</returns>
    public static bool IsUsable(string name)
    {
        if (name.Length is 0 or > Longest || name[0] is '.' or '-' or '+')
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '@' or '+' or '-'))
                return false;
        }

        return true;
    }

    /// <summary>The script's base name without extension; of a command line, that of its first word.</summary>
    /// <param name="script">Path or command.</param>
    /// <returns>The name; it may still not be usable.</returns>
    public static string OfScript(string script)
    {
        var file = script.Trim().Split(' ')[0];
        var name = file[(file.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        var stem = dot >= 0 ? name[..dot] : name;
        return stem.Length > 0 ? stem : file;
    }
}
