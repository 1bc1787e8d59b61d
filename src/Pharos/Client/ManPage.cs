using System.Globalization;
using System.Text;
using Pharos.Client.Line;
using Pharos.Telemetry;

namespace Pharos.Client;

/// <summary>The manual page pharos(1), made of the verb table: man(7) macros, as help is made of it.</summary>
internal static class ManPage
{
    /// <summary>The page.</summary>
    /// <param name="sourceDateEpoch">Its date, seconds since 1970, so that one source gives one page; null or no number: none.</param>
    public static string Text(string? sourceDateEpoch)
    {
        var date = long.TryParse(sourceDateEpoch, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : "";
        var text = new StringBuilder();
        text.Append($".TH PHAROS 1 \"{date}\" \"pharos {PharosBuild.Version}\" \"User Commands\"\n");
        text.Append(".SH NAME\npharos \\- runs programs, keeps them running, and tells what they do\n");
        text.Append(".SH SYNOPSIS\n.B pharos\n.I VERB\n[options]\n");
        text.Append(".SH DESCRIPTION\nThe first verb that needs a daemon starts one in the background; all others ask it. ")
            .Append("APP is NAME, NAME:INDEX for one instance, or 'all'.\n".Replace("'", "\\(aq", StringComparison.Ordinal));
        text.Append(".SH OPTIONS OF EVERY VERB\n");
        Options(text, VerbTable.CommonOptions);
        text.Append(".SH VERBS\n");
        foreach (var verb in VerbTable.All)
        {
            Verb(text, verb);
        }

        text.Append(".SH EXIT STATUS\n");
        Entry(text, "0", "It is done.");
        Entry(text, "1", "It could not be done; one line on stderr says why.");
        Entry(text, "2", "The command line or a configuration file was not understood; nothing was touched.");
        text.Append(".SH ENVIRONMENT\n");
        Entry(text, "PHAROS_HOME", "Folder of the daemon; ~/.pharos without it.");
        Entry(text, "PHAROS_METRICS", "[HOST:]PORT on which the daemon answers scrapes.");
        Entry(text, "OTEL_*", "Read by the daemon at its start, as the OpenTelemetry specification says.");
        Entry(text, "NO_COLOR", "No colours.");
        text.Append(".SH FILES\n");
        Entry(text, "~/.pharos/logs", "Output of the apps.");
        Entry(text, "~/.pharos/state", "What to run.");
        Entry(text, "~/.pharos/pharos.log", "What the daemon did.");
        Entry(text, "~/.pharos/pharos.sock", "The control API, HTTP over a unix socket.");
        return text.ToString();
    }

    private static void Verb(StringBuilder text, VerbSpec verb)
    {
        text.Append($".SS {Escaped($"{verb.Name} {verb.Usage}".TrimEnd())}\n{Line(verb.Summary)}.\n");
        if (verb.Aliases.Length > 0)
        {
            text.Append($"Also called {Escaped(string.Join(", ", verb.Aliases))}.\n");
        }

        if (verb.Details.Length > 0)
        {
            text.Append(".PP\n");
            foreach (var line in verb.Details.Split('\n'))
            {
                text.Append(line.Trim().Length == 0 ? ".PP" : Line(line)).Append('\n');
            }
        }

        Options(text, verb.Options);
        foreach (var (command, does) in verb.Examples)
        {
            Entry(text, command, char.ToUpperInvariant(does[0]) + does[1..]);
        }
    }

    private static void Options(StringBuilder text, OptionSpec[] options)
    {
        foreach (var option in options)
        {
            var names = string.Join(", ", new[] { option.Short, option.Name, option.Alias }.Where(n => n is not null));
            Entry(text, $"{names} {option.Hint}".TrimEnd(), option.Help);
        }
    }

    private static void Entry(StringBuilder text, string what, string means) => text.Append($".TP\n.B {Escaped(what)}\n{Line(means)}\n");

    /// <summary>One line of text; \&amp; keeps its first character from being read as a request.</summary>
    private static string Line(string text) => text[0] is '.' or '\'' ? "\\&" + Escaped(text) : Escaped(text);

    // Dashes are what people type, not hyphens; quotes and the rest are to be copied as they are, groff_char(7).
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            escaped.Append(rune.Value switch
            {
                '\\' => "\\e",
                '-' => "\\-",
                '\'' => "\\(aq",
                '"' => "\\(dq",
                '`' => "\\(ga",
                '^' => "\\(ha",
                '~' => "\\(ti",
                > 0x7E => $"\\[u{rune.Value:X4}]",
                _ => rune.ToString(),
            });
        }

        return escaped.ToString();
    }
}
