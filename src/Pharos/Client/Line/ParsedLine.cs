using Pharos.Contracts.Text;

namespace Pharos.Client.Line;

/// <summary>A command line that was understood.</summary>
/// <param name="Verb">Its verb.</param>
internal sealed record ParsedLine(VerbSpec Verb)
{
    private readonly List<KeyValuePair<string, string>> _options = [];
    private readonly List<string> _words = [];
    private string[] _rest = [];

    /// <summary>Words that belong to no option.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Everything after <c>--</c>.</summary>
    public IReadOnlyList<string> Rest => _rest;

    /// <summary>Number of options given, those that every verb has left out.</summary>
    public int OwnOptions { get; private set; }

    /// <summary>Whether the option was given.</summary>
    public bool Has(string name) => Value(name) is not null;

    /// <summary>Value of an option; the last one wins; null when it was not given.</summary>
    public string? Value(string name)
    {
        for (var i = _options.Count - 1; i >= 0; i--)
        {
            if (_options[i].Key == name)
            {
                return _options[i].Value;
            }
        }

        return null;
    }

    /// <summary>Values of an option that repeats, in the order given.</summary>
    public List<string> All(string name)
    {
        var all = new List<string>();
        foreach (var (key, value) in _options)
        {
            if (key == name)
            {
                all.Add(value);
            }
        }

        return all;
    }

    /// <summary>Reads what follows the verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="args">Everything after it.</param>
    /// <param name="line">The result; null when it was not understood.</param>
    /// <returns>Null, or one line that says what is wrong.</returns>
    public static string? Read(VerbSpec verb, ReadOnlySpan<string> args, out ParsedLine? line)
    {
        var reading = new ParsedLine(verb);
        line = null;
        for (var i = 0; i < args.Length; i++)
        {
            var arg = args[i];
            if (arg == "--")
            {
                reading._rest = args[(i + 1)..].ToArray();
                break;
            }

            if (arg.Length < 2 || arg[0] != '-' || (verb.TakesNumbers && int.TryParse(arg, out _)))
            {
                reading._words.Add(arg);
                continue;
            }

            var (name, value) = Split(arg);
            var option = Find(verb, name);
            if (option is null)
            {
                return $"unknown option '{name}' for '{verb.Name}'{Nearest.DidYouMean(name, OptionNames(verb))}; see 'pharos help {verb.Name}'";
            }

            if (option.Kind == ValueKind.None)
            {
                if (value is not null)
                {
                    return $"option '{name}' takes no value; see 'pharos help {verb.Name}'";
                }
            }
            else if (value is null)
            {
                // A known option in place of the value is a forgotten value; anything else may well begin with a dash (--nice -5).
                if (i + 1 >= args.Length || args[i + 1] == "--" || Find(verb, Split(args[i + 1]).Name) is not null)
                {
                    return $"option '{name}' needs a value: {name} {option.Hint}";
                }

                value = args[++i];
            }

            if (ValueCheck.Fault(option, value ?? "") is { } fault)
            {
                return $"option '{name}' {fault}, not '{value}'";
            }

            reading._options.Add(new(option.Name, value ?? ""));
            reading.OwnOptions += Array.IndexOf(VerbTable.CommonOptions, option) < 0 ? 1 : 0;
        }

        if (!reading.Has("--help") && Count(reading) is { } wrong)
        {
            return wrong;
        }

        line = reading;
        return null;
    }

    private static string? Count(ParsedLine line) =>
        line._words.Count < line.Verb.LeastWords ? $"'{line.Verb.Name}' needs {line.Verb.Words}; see 'pharos help {line.Verb.Name}'"
        : line._words.Count > line.Verb.MostWords
            ? $"'{line.Verb.Name}' does not know what to do with '{line._words[line.Verb.MostWords]}'; see 'pharos help {line.Verb.Name}'"
        : null;

    // --name=value, -n value, -nvalue
    private static (string Name, string? Value) Split(string arg)
    {
        if (arg.StartsWith("--", StringComparison.Ordinal))
        {
            var equals = arg.IndexOf('=');
            return equals < 0 ? (arg, null) : (arg[..equals], arg[(equals + 1)..]);
        }

        return arg is ['-', _, _, ..] ? (arg[..2], arg[2] == '=' ? arg[3..] : arg[2..]) : (arg, null);
    }

    private static OptionSpec? Find(VerbSpec verb, string name)
    {
        foreach (var option in verb.Options)
        {
            if (option.Answers(name))
            {
                return option;
            }
        }

        foreach (var option in VerbTable.CommonOptions)
        {
            if (option.Answers(name))
            {
                return option;
            }
        }

        return null;
    }

    private static List<string> OptionNames(VerbSpec verb)
    {
        var names = new List<string>();
        foreach (var option in verb.Options)
        {
            names.Add(option.Name);
            if (option.Alias is not null)
            {
                names.Add(option.Alias);
            }
        }

        foreach (var option in VerbTable.CommonOptions)
        {
            names.Add(option.Name);
        }

        return names;
    }
}
