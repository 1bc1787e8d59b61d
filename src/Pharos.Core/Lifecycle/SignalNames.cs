using System.Collections.Frozen;

namespace Pharos.Core.Lifecycle;

/// <summary>Linux signal numbers and their names, as signal(7) lists them for x86 and ARM.</summary>
public static class SignalNames
{
    private static readonly string[] Names =
    [
        "0", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2",
        "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU",
        "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    private static readonly FrozenDictionary<string, int> Numbers =
        Names.Skip(1).Select((name, i) => (name, i + 1)).ToFrozenDictionary(x => x.name, x => x.Item2, StringComparer.OrdinalIgnoreCase);

    /// <summary>The name of a signal.</summary>
    /// <param name="number">Signal number.</param>
    /// <returns><c>SIGKILL</c> and so on; <c>SIGRTMIN+n</c> for real-time signals; the number for anything else.</returns>
    public static string Of(int number) =>
        number > 0 && number < Names.Length ? Names[number] : number is >= 34 and <= 64 ? $"SIGRTMIN+{number - 34}" : number.ToString();

    /// <summary>Reads a name, with or without SIG, or a number.</summary>
    /// <param name="text">The text.</param>
    /// <param name="number">1..64.</param>
    /// <returns>False when it is no signal.</returns>
    public static bool TryParse(string text, out int number)
    {
        if (int.TryParse(text, out number))
            return number is > 0 and <= 64;
        return Numbers.TryGetValue(text, out number) || Numbers.TryGetValue("SIG" + text, out number);
    }
}
