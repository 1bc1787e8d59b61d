using System.Text;
using Pharos.Client.Line;

namespace Pharos.Client;

/// <summary>Completion scripts. Verbs and options are static; names of apps are asked of a daemon that runs, and none is started for it.</summary>
internal static class Completion
{
    // Names only, and silence when there is no daemon.
    private const string Apps = "pharos ping >/dev/null 2>&1 && pharos list --json 2>/dev/null | grep -o '\"app\":\"[^\"]*\"' | cut -d'\"' -f4 | sort -u";

    /// <summary>The script.</summary>
    /// <returns>Null for a shell that we do not know.</returns>
    public static string? ScriptFor(string shell) => shell switch
    {
        "bash" => Bash(),
        "zsh" => Zsh(),
        "fish" => Fish(),
        _ => null,
    };

    private static string Bash()
    {
        var text = new StringBuilder();
        text.Append("_pharos() {\n  local word=\"${COMP_WORDS[COMP_CWORD]}\" verb=\"${COMP_WORDS[1]}\" words=\"\"\n");
        text.Append($"  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    words=\"{string.Join(' ', VerbTable.Names())}\"\n  else\n    case \"$verb\" in\n");
        foreach (var verb in VerbTable.All)
        {
            string[] names = [verb.Name, .. verb.Aliases];
            text.Append($"      {string.Join('|', names)})\n        words=\"{string.Join(' ', [.. verb.FirstWords, .. Options(verb)])}\"\n");
            if (verb.TakesApps)
            {
                text.Append($"        case \"$word\" in -*) ;; *) words=\"$words all $({Apps})\" ;; esac\n");
            }

            text.Append("        ;;\n");
        }

        text.Append("    esac\n  fi\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\ncomplete -o default -F _pharos pharos\n");
        return text.ToString();
    }

    // Read by `source`, or as the file _pharos in a folder of fpath: there it runs as the function _pharos, inside the first completion, and that one must be answered too.
    private static string Zsh() =>
        $"""
        #compdef pharos
        autoload -U +X bashcompinit && bashcompinit
        {Bash()}if [ "$funcstack[1]" = _pharos ]; then _bash_complete -o default -F _pharos; fi

        """;

    private static string Fish()
    {
        var text = new StringBuilder();
        foreach (var verb in VerbTable.All)
        {
            string[] names = [verb.Name, .. verb.Aliases];
            text.Append($"complete -c pharos -n __fish_use_subcommand -a '{string.Join(' ', names)}' -d '{Quoted(verb.Summary)}'\n");
            var seen = $"-n '__fish_seen_subcommand_from {string.Join(' ', names)}'";
            foreach (var option in verb.Options)
            {
                var value = option.Kind == ValueKind.None ? "" : " -r";
                text.Append($"complete -c pharos {seen} -l {option.Name[2..]}{value} -d '{Quoted(option.Help)}'\n");
            }

            if (verb.FirstWords.Length > 0)
            {
                text.Append($"complete -c pharos {seen} -a '{string.Join(' ', verb.FirstWords)}'\n");
            }

            if (verb.TakesApps)
            {
                text.Append($"complete -c pharos {seen} -a '(begin; {Quoted(Apps)}; end)'\n");
            }
        }

        return text.ToString();
    }

    private static List<string> Options(VerbSpec verb)
    {
        var names = new List<string>();
        foreach (var option in verb.Options)
        {
            names.Add(option.Name);
        }

        foreach (var option in VerbTable.CommonOptions)
        {
            names.Add(option.Name);
        }

        return names;
    }

    private static string Quoted(string text) => text.Replace("'", "\\'", StringComparison.Ordinal);
}
