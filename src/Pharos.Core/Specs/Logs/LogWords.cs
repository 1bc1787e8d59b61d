namespace Pharos.Core.Specs.Logs;

/// <summary>The words of the closed sets, the usual one of each value first.</summary>
internal static class LogWords
{
    public static readonly (string Word, LogFormat Value)[] Formats =
        [("raw", LogFormat.Raw), ("json", LogFormat.Json), ("logfmt", LogFormat.Logfmt), ("delimiter", LogFormat.Delimiter), ("console", LogFormat.Console)];

    public static readonly (string Word, LogCompression Value)[] Compressions =
        [("gzip", LogCompression.Gzip), ("zstd", LogCompression.Zstd), ("none", LogCompression.None), ("true", LogCompression.Gzip), ("false", LogCompression.None)];

    public static readonly (string Word, LogOverflow Value)[] Overflows = [("drop", LogOverflow.Drop), ("block", LogOverflow.Block)];

    public static readonly (string Word, LogParse Value)[] Parsers =
        [("auto", LogParse.Auto), ("none", LogParse.None), ("json", LogParse.Json), ("logfmt", LogParse.Logfmt), ("delimiter", LogParse.Delimiter), ("console", LogParse.Console), ("syslog", LogParse.Syslog)];
}
