using System.Text;
using Pharos.Core.Specs.Logs;

namespace Pharos.Configuration.Attributes;

/// <summary>The attribute table as documentation and as a JSON schema; both are kept in docs/, and a test holds them to the table.</summary>
internal static class AttributeDocs
{
    /// <summary>docs/configuration.md.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder(
            """
            # Configuration files

            `pharos apply FILE` makes what runs be what a file says; `pharos start FILE` does the same and starts what is stopped. One pass reports
            every fault of a file as `FILE:LINE: KEY: what is wrong; what is accepted`, with exit code 2, and nothing is started then.
            This page and `docs/pharos.schema.json` (for editors: `"$schema"` in JSON, `# yaml-language-server: $schema=` in YAML) are generated.

            | file | |
            | --- | --- |
            | `*.json` | comments, unquoted keys, single quotes and trailing commas are fine |
            | `*.yml`, `*.yaml` | YAML 1.2; anchors and merge keys too |
            | `*.config.js`, `*.config.cjs`, `*.config.mjs` | evaluated by your own `node`; faults in what it exports have no line |
            | `package.json` | its key `pharos`, `apps` or `pm2` |

            A file is `{apps: [...]}`, `{pm2: [...]}`, a list of apps, or one app. `deploy` and `static` beside the apps are ignored.
            Every key may be written in snake_case or camelCase.

            Environment of an app, each layer over the one before: the part of the shell that every app gets (`pharos help start` lists it), without what
            `filter_env` takes away; `env_file`; `port`; `env`; `env_NAME` with `--profile NAME`; `--env` of the command line. A variable that is gone from the
            file is gone from the app with the next apply. In an env_file: `export`, comments, quotes (single: as it is), `${NAME}`, `${NAME:-else}`.

            Other than in PM2: an app without `cwd` runs in the file's folder, not in the shell's; `name_prefix` is put before the name with a dash, not a
            colon; there is no `NODE_APP_INSTANCE` unless `instance_var` asks for it; `filter_env: true` works.

            Crash loops, other than in PM2: with nothing asked for, an app that dies at once is given up after 10 crashes (there 16) and waits longer and longer
            between them (there not at all); `max_restarts: 16` with `exp_backoff_restart_delay: 0` gives PM2's numbers. Crashes are counted in a window that
            slides, so a loop that begins after an hour, or has a `restart_delay`, is caught too, and every failure counts, also one after `min_uptime`. Without
            `crash_window` the window is as long as `max_restarts` lives of `min_uptime` and the waits between them, 60 s at least. `max_restarts: 0`
            never gives up. A `restart_delay` is a fixed wait; where `exp_backoff_restart_delay` is there too, the longer one counts (there the latter). The back-off
            doubles (there by half), follows an end before `min_uptime` only (there every end), is spread by a tenth, and begins anew after a life of 30 s, as
            there. `max_memory_restart` looks at the whole tree each second (there at the main process each 30 s), and such a restart counts as a crash.
            `autorestart: false` with `cron_restart` runs what has ended again at its time, as there; `schedule` does the same with history, overlap and deadline.

            Jobs: an app with `schedule` is not run when it is started; it is run at its times, ends by itself, and `pharos list` shows it as scheduled in
            between. `pharos stop` ends a run in order and pauses the schedule, `pharos start` resumes it, `pharos run APP` runs it now, `pharos restart` stops the
            run and runs it anew. A failed run leaves it scheduled; with `autorestart: on-failure` it is tried again with back-off, until `max_restarts` tries
            failed or the next run is due. A clock that jumps over several times leads to one run, and a time that passes while no daemon runs is left out. A time
            that the zone skips comes at the end of the gap, one that it repeats comes once. `pharos describe` shows the last runs and the next: success is exit
            code 0, failure every other end (also a run that somebody stopped), skipped one that was left out, deadline one that was stopped for it.

            Output: by default each stream of each instance has a file of its own in the home, as the app wrote it, rotated at 10 MiB, ten compressed ones kept, 1 GiB per
            app at most; each line (a stack trace is one) is shipped as a log record where there is a destination. `logs` has everything about it; `log_file`,
            `merge_logs`, `disable_logs`, `log_type`, `log_date_format` and `time` are PM2's names for the same. Of `time` and `log_date_format` the latter counts.
            A path is relative to `cwd`; `NULL` and `/dev/null` mean no file. Where both files are off, output is still followed and shipped; `disable_logs` ends that too.
            A file that is not raw, or that several outputs share, takes whole lines: one that waits half a second for its end is written as far as it came, and the rest is a line of its own.

            Variables that NocoBase documents are defaults below `logs`, when the app declares them (`env`, `env_file`, `--env`; what merely comes along from a shell
            does not count), and work for the daemon's own log when the daemon has them in its environment:

            | variable | for an app | for the daemon's own log |
            | --- | --- | --- |
            | `LOGGER_TRANSPORT` | `console,file,dailyRotateFile` or some of them. Without a file transport no file is written; `dailyRotateFile` is `rotate.daily`; a file transport has `errors_file` on | `console`: stderr of `pharos daemon`; a file transport: the log file, a new one each day with `dailyRotateFile` |
            | `LOGGER_BASE_PATH` | folder of the files, relative to `cwd` | folder of the log file, relative to the home |
            | `LOGGER_LEVEL` | `level` | least severity that is written |
            | `LOGGER_MAX_FILES` | `10`: `rotate.keep`; `14d`: `rotate.age`, any number of files | the same |
            | `LOGGER_MAX_SIZE` | `rotate.size`: bytes, or `20k`, `20m`, `1g` | the same |
            | `LOGGER_FORMAT` | `format`: console, json, logfmt or delimiter. An app that itself prints by this variable, as NocoBase does, wants `format: raw` | the same |

            | attribute | accepted | meaning | default |
            | --- | --- | --- | --- |

            """);
        foreach (var attribute in AttributeTable.All.Where(a => a.Supported))
        {
            Rows(text, attribute, "");
        }

        text.Append(
            """
            | `env_NAME` | an object of variables | Laid over `env` with `--profile NAME`. |  |

            Known and without effect yet, each with a warning:

            """);
        text.Append(string.Join(", ", AttributeTable.All.Where(a => !a.Supported).Select(a => $"`{a.Name}`")));
        text.Append(".\n");
        return text.ToString();
    }

    /// <summary>docs/pharos.schema.json.</summary>
    public static string Schema()
    {
        var text = new StringBuilder(
            """
            {
              "$schema": "http://json-schema.org/draft-07/schema#",
              "title": "Apps of Pharos",
              "oneOf": [
                { "type": "array", "items": { "$ref": "#/definitions/app" } },
                {
                  "type": "object",
                  "required": ["apps"],
                  "properties": {
                    "$schema": { "type": "string" },
                    "apps": { "type": "array", "items": { "$ref": "#/definitions/app" } },
                    "deploy": {},
                    "static": {}
                  },
                  "additionalProperties": false
                },
                {
                  "type": "object",
                  "required": ["pm2"],
                  "properties": {
                    "$schema": { "type": "string" },
                    "pm2": { "type": "array", "items": { "$ref": "#/definitions/app" } },
                    "deploy": {},
                    "static": {}
                  },
                  "additionalProperties": false
                },
                { "$ref": "#/definitions/app" }
              ],
              "definitions": {
                "app": {
                  "type": "object",
                  "anyOf": [
                    { "required": ["script"] },
                    { "required": ["exec"] },
                    { "required": ["cmd"] },
                    { "required": ["command"] }
                  ],
                  "patternProperties": { "^env_": {} },
                  "additionalProperties": false,
                  "properties": {
                    "$schema": { "type": "string" },

            """);
        Properties(text, AttributeTable.All, 8);
        return text.Append("      }\n    }\n  }\n}\n").ToString();
    }

    private static void Rows(StringBuilder text, AppAttribute attribute, string prefix)
    {
        Row(text, attribute, prefix);
        foreach (var part in attribute.Parts.Where(p => p.Supported))
            Rows(text, part, $"{prefix}{attribute.Name}.");
    }

    private static void Row(StringBuilder text, AppAttribute attribute, string prefix)
    {
        var aliases = attribute.Aliases.Length > 0 ? $" ({string.Join(", ", attribute.Aliases.Select(a => $"`{a}`"))})" : "";
        text.Append($"| `{prefix}{attribute.Name}`{aliases} | {attribute.Takes} | {attribute.Meaning} | {attribute.Default} |\n");
    }

    private static void Properties(StringBuilder text, AppAttribute[] table, int indent)
    {
        var lines = table.SelectMany(a => a.Spellings.Select(s => (Attribute: a, Spelling: s))).ToList();
        for (var i = 0; i < lines.Count; i++)
        {
            var (attribute, spelling) = lines[i];
            var description = attribute.Supported ? attribute.Meaning.Replace("`", "") : "Not supported yet, ignored.";
            text.Append(' ', indent).Append($"\"{spelling}\": {{ \"description\": \"{description}\"");
            if (attribute is { Kind: AttributeKind.Word, Setting: { } setting })
                text.Append($", \"enum\": [{string.Join(", ", LogSettings.Find(setting)!.Accepted.Split([", ", " or "], StringSplitOptions.None).Select(w => $"\"{w}\""))}]");
            else if (Accepted.AsSchema(attribute.Kind).Trim() is { Length: > 0 } schema)
                text.Append(", ").Append(schema);
            if (attribute.Parts.Length > 0)
            {
                text.Append(", \"additionalProperties\": false, \"properties\": {\n");
                Properties(text, attribute.Parts, indent + 2);
                text.Append(' ', indent).Append('}');
            }

            text.Append(" }").Append(i < lines.Count - 1 ? "," : "").Append('\n');
        }
    }
}
