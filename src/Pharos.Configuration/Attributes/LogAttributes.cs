using static Pharos.Configuration.Attributes.AttributeKind;

namespace Pharos.Configuration.Attributes;

/// <summary>The attributes of an app's output. Which values they take is the business of LogSettings.</summary>
internal static class LogAttributes
{
    /// <summary>PM2's names, and <c>logs</c> with everything.</summary>
    public static readonly AppAttribute[] All =
    [
        new("log_file", PathOrFlag, "File that takes both streams besides their own files; the same as `logs.file`.") { Aliases = ["log"], Setting = "file", Default = "false" },
        new("merge_logs", Flag, "All instances write into the same files; the same as `logs.merge`.") { Aliases = ["combine_logs"], Setting = "merge", Default = "false" },
        new("disable_logs", Flag, "The same as `logs.off`.") { Setting = "off", Default = "false" },
        new("log_type", AttributeKind.Word, "The same as `logs.format`.") { Setting = "format", Default = "raw" },
        new("log_date_format", FormatOrFlag, "Time before each line; the same as `logs.time`.") { Setting = "time", Default = "false" },
        new("time", FormatOrFlag, "The same; true is `YYYY-MM-DDTHH:mm:ss`.") { Setting = "time", Default = "false" },
        new("logs", FlagOrParts, "What happens to its output; false is `logs.off`.")
        {
            Parts =
            [
                new("out", Text, "The same as `out_file`.") { Aliases = ["out_file"], Default = "in the home" },
                new("err", Text, "The same as `error_file`.") { Aliases = ["error_file"], Default = "in the home" },
                new("file", PathOrFlag, "File that takes both streams besides.") { Setting = "file", Default = "false" },
                new("errors_file", PathOrFlag, "File that takes lines of severity error and above besides.") { Setting = "errors_file", Default = "false" },
                new("merge", Flag, "All instances write into the same files.") { Setting = "merge", Default = "false" },
                new("off", Flag, "Output is read, counted and forgotten: no files, no followers, no records.") { Setting = "off", Default = "false" },
                new("format", AttributeKind.Word, "How the lines of the files look.") { Setting = "format", Default = "raw" },
                new("time", FormatOrFlag, "Time before each line: tokens of day.js, strftime(3) where there is a percent sign.") { Setting = "time", Default = "false" },
                new("rotate", FlagOrParts, "When a new file is begun and old ones go.")
                {
                    Setting = "rotate",
                    Default = "true",
                    Parts =
                    [
                        new("size", Size, "A file that reaches this is rotated.") { Setting = "rotate.size", Default = "10m" },
                        new("age", Duration, "Rotated files that are older are deleted.") { Setting = "rotate.age", Default = "none" },
                        new("keep", WholeOrNone, "Rotated files of a stream that are kept.") { Setting = "rotate.keep", Default = "10" },
                        new("daily", Flag, "A new file at each local midnight as well.") { Setting = "rotate.daily", Default = "false" },
                        new("compress", AttributeKind.Word, "How rotated files are compressed.") { Setting = "rotate.compress", Default = "gzip" },
                        new("total", Size, "What all log files of the app may take together; beyond it the oldest go.") { Setting = "rotate.total", Default = "1g" },
                    ],
                },
                new("max_unread", SizeOrAuto, "Most bytes of output that may wait to be read, in memory where /run is. auto is 64m, or a quarter of the memory that is free where that is more.") { Setting = "max_unread", Default = "auto" },
                new("overflow", AttributeKind.Word, "What happens beyond that: it is left out and counted (drop), or the app waits (block).") { Setting = "overflow", Default = "drop" },
                new("max_line", Size, "Longest line; a longer one is split and each part marked.") { Setting = "max_line", Default = "64k" },
                new("parse", AttributeKind.Word, "What lines are taken for when records are made of them.") { Setting = "parse", Default = "auto" },
                new("multiline", WordOrParts, "Whether the lines of a stack trace become one record.")
                {
                    Setting = "multiline",
                    Default = "auto",
                    Parts =
                    [
                        new("start", Pattern, "What the first line of each record matches; every other line belongs to the one before.") { Setting = "multiline.start" },
                        new("flush", Duration, "How long a record waits for further lines.") { Setting = "multiline.flush", Default = "500ms" },
                    ],
                },
                new("redact", FlagOrParts, "Whether the usual secrets (tokens, keys, passwords, card numbers) are masked in records. Values of variables whose name says secret always are.")
                {
                    Setting = "redact.defaults",
                    Default = "true",
                    Parts =
                    [
                        new("defaults", Flag, "The same.") { Setting = "redact.defaults", Default = "true" },
                        new("patterns", Patterns, "What else is masked; of a pattern with a group named `secret`, that only.") { Setting = "redact.patterns" },
                    ],
                },
                new("level", AttributeKind.Word, "Least severity that is shipped; a line without one always is.") { Setting = "level", Default = "all" },
                new("sample", Parts, "The share of a severity that is shipped; what belongs to one trace stays together.")
                {
                    Parts = [.. new[] { "trace", "debug", "info", "warn", "error", "fatal" }.Select(level => new AppAttribute(level, ShareOfAll, $"Of {level}.") { Setting = "sample." + level, Default = "1" })],
                },
                new("ship", Flag, "Whether records are shipped at all.") { Setting = "ship", Default = "true" },
                new("buffer", Parts, "What may wait for a receiver that is away; the log files are the buffer.")
                {
                    Parts =
                    [
                        new("size", Size, "Most bytes of the app.") { Setting = "buffer.size", Default = "1g" },
                        new("age", Duration, "What is older is not shipped any more.") { Setting = "buffer.age", Default = "7d" },
                    ],
                },
            ],
        },
    ];
}
