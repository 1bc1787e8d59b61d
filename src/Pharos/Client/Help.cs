using System.Text;
using Pharos.Client.Line;

namespace Pharos.Client;

/// <summary>Help, made of the verb table. Plain text: it is read in pagers and pasted into chats.</summary>
internal static class Help
{
    private const int Indent = 2, Gap = 2, WidestLeft = 30;

    /// <summary>What no arguments at all show.</summary>
    public static string Overview()
    {
        var text = new StringBuilder();
        text.Append("pharos runs programs, keeps them running, and tells what they do.\n\nUsage: pharos VERB [options]\n\n");
        var rows = new List<(string, string)>();
        foreach (var verb in VerbTable.All)
        {
            rows.Add((verb.Aliases.Length == 0 ? verb.Name : $"{verb.Name}, {string.Join(", ", verb.Aliases)}", verb.Summary));
        }

        Rows(text, rows);
        return text.Append("\nAPP is NAME, NAME:INDEX for one instance, or 'all'. 'pharos help VERB' has options and examples.\n").ToString();
    }

    /// <summary>Everything about one verb.</summary>
    public static string Of(VerbSpec verb)
    {
        var text = new StringBuilder();
        text.Append($"pharos {verb.Name}: {verb.Summary}\n\nUsage: pharos {verb.Name} {verb.Usage}".TrimEnd()).Append('\n');
        if (verb.Aliases.Length > 0)
        {
            text.Append($"Also called: {string.Join(", ", verb.Aliases)}\n");
        }

        if (verb.Options.Length > 0)
        {
            text.Append("\nOptions:\n");
            Rows(text, Options(verb.Options));
        }

        text.Append(verb.Options.Length > 0 ? "\nOptions of every verb:\n" : "\nOptions:\n");
        Rows(text, Options(VerbTable.CommonOptions));
        if (verb.Details.Length > 0)
        {
            text.Append('\n').Append(verb.Details).Append('\n');
        }

        text.Append("\nExamples:\n");
        foreach (var (command, does) in verb.Examples)
        {
            text.Append($"  {command}\n      {does}\n");
        }

        return text.ToString();
    }

    private static List<(string, string)> Options(OptionSpec[] options)
    {
        var rows = new List<(string, string)>();
        foreach (var option in options)
        {
            var names = option.Short is null ? $"    {option.Name}" : $"{option.Short}, {option.Name}";
            names = option.Alias is null ? names : $"{names}, {option.Alias}";
            rows.Add((option.Hint.Length == 0 ? names : $"{names} {option.Hint}", option.Help));
        }

        return rows;
    }

    private static void Rows(StringBuilder text, List<(string Left, string Right)> rows)
    {
        var width = 0;
        foreach (var (left, _) in rows)
        {
            width = Math.Max(width, left.Length <= WidestLeft ? left.Length : 0);
        }

        foreach (var (left, right) in rows)
        {
            text.Append(' ', Indent).Append(left);
            if (left.Length > width)
            {
                text.Append('\n').Append(' ', Indent + width);
            }
            else
            {
                text.Append(' ', width - left.Length);
            }

            text.Append(' ', Gap).Append(right).Append('\n');
        }
    }
}
