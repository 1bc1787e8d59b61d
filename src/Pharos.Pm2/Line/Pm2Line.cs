namespace Pharos.Pm2.Line;

/// <summary>A command line, taken apart as PM2's users are used to: options anywhere, and everything behind <c>--</c> is the script's.</summary>
internal sealed class Pm2Line
{
    private readonly List<(Pm2Option Option, string? Value)> _options = [];

    private Pm2Line()
    {
    }

    /// <summary>The command; empty: none was given.</summary>
    public string Command { get; private init; } = "";

    /// <summary>What is not an option.</summary>
    public List<string> Words { get; } = [];

    /// <summary>What stands behind <c>--</c>; null: there is no <c>--</c>.</summary>
    public IReadOnlyList<string>? Rest { get; private set; }

    /// <summary>The option that nobody knows; null: all are known.</summary>
    public string? Unknown { get; private set; }

    /// <summary>The option whose value is missing; null: none is.</summary>
    public string? Incomplete { get; private set; }

    /// <summary>Reads a line.</summary>
    /// <param name="args">The words, without the program's name.</param>
    /// <param name="command">The command, where the program is one itself (<c>runtime</c>, <c>dev</c>); null: it is the first word.</param>
    public static Pm2Line Read(IReadOnlyList<string> args, string? command = null)
    {
        var line = new Pm2Line { Command = command ?? Find(args) };
        var own = Pm2Options.Own.GetValueOrDefault(Commands.Pm2Aliases.Of(line.Command), []);
        var found = command is not null;
        for (var i = 0; i < args.Count; i++)
        {
            var word = args[i];
            if (word == "--")
            {
                line.Rest = [.. args.Skip(i + 1)];
                break;
            }

            if (word.Length < 2 || word[0] != '-')
            {
                if (!found)
                    found = true;
                else
                    line.Words.Add(word);
                continue;
            }

            i = line.Take(args, i, own);
        }

        return line;
    }

    /// <summary>Whether an option was given.</summary>
    public bool Has(string option) => _options.Exists(o => o.Option.Long == option);

    /// <summary>The last value of an option.</summary>
    /// <returns>Null when it was not given, or without a value.</returns>
    public string? Value(string option) => _options.FindLast(o => o.Option.Long == option).Value;

    /// <summary>All values of an option that can be given several times.</summary>
    public List<string> All(string option) => [.. _options.Where(o => o.Option.Long == option && o.Value is not null).Select(o => o.Value!)];

    private static string Find(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count && args[i] != "--"; i++)
        {
            if (args[i].Length < 2 || args[i][0] != '-')
                return args[i];
            // A value of an option before the command is not the command.
            if (!args[i].Contains('=') && Array.Find(Pm2Options.All, o => o.Answers(args[i])) is { Takes: Takes.Value })
                i++;
        }

        return "";
    }

    private int Take(IReadOnlyList<string> args, int i, Pm2Option[] own)
    {
        var word = args[i];
        var equals = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=') : -1;
        var name = equals > 0 ? word[..equals] : word;
        var option = Array.Find(own, o => o.Answers(name)) ?? Array.Find(Pm2Options.All, o => o.Answers(name));
        string? attached = equals > 0 ? word[(equals + 1)..] : null;
        if (option is null && word[1] != '-' && word.Length > 2)
        {
            // -i4, or -sm: a value that stands right behind its letter, or several letters that take none.
            option = Array.Find(own, o => o.Answers(word[..2])) ?? Array.Find(Pm2Options.All, o => o.Answers(word[..2]));
            if (option is { Takes: Takes.Nothing })
            {
                _options.Add((option, null));
                var rest = "-" + word[2..];
                return Take([.. args.Take(i), rest, .. args.Skip(i + 1)], i, own);
            }

            attached = word[2..];
        }

        if (option is null)
        {
            Unknown ??= name;
            return i;
        }

        switch (option.Takes)
        {
            case Takes.Nothing:
                _options.Add((option, attached));
                return i;
            case Takes.Many:
                if (attached is not null)
                    _options.Add((option, attached));
                while (i + 1 < args.Count && args[i + 1] is var next && next != "--" && (next.Length == 0 || next[0] != '-'))
                    _options.Add((option, args[++i]));
                return i;
            case Takes.Value when attached is null && i + 1 < args.Count && args[i + 1] != "--":
                _options.Add((option, args[++i]));
                return i;
            case Takes.Value when attached is null:
                Incomplete ??= option.Long;
                return i;
            case Takes.Maybe when attached is null && i + 1 < args.Count && args[i + 1] is var next && next.Length > 0 && next[0] != '-':
                _options.Add((option, args[++i]));
                return i;
            case Takes.Value or Takes.Maybe:
                _options.Add((option, attached));
                return i;
            default:
                return i;
        }
    }
}
