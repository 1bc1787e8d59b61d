using System.Text.Json;
using System.Text.Json.Nodes;
using Pharos.Contracts;

namespace Pharos.Pm2.Start;

/// <summary>What is watched, from PM2's attributes.</summary>
internal static class Watching
{
    private static readonly string[] Ignored = [".*", "node_modules"];

    /// <summary>Reads it.</summary>
    /// <returns>Null: nothing is watched.</returns>
    public static WatchRequest? Of(AppConf conf, string cwd)
    {
        var watch = conf["watch"];
        IReadOnlyList<string> paths;
        switch (watch)
        {
            case JsonArray array when array.Count > 0:
                paths = [.. array.Where(p => p is not null).Select(p => Path.GetFullPath(p!.ToString(), cwd))];
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.True || value.ToString() == "true":
                paths = [cwd];
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String && value.ToString() is { Length: > 0 } path && path != "false":
                paths = [Path.GetFullPath(path, cwd)];
                break;
            default:
                return null;
        }

        var ignore = conf.Words("ignore_watch");
        return new() { Paths = paths, Ignore = ignore.Count > 0 ? [.. ignore.Select(Pattern)] : Ignored, Delay = conf.Number("watch_delay") is { } delay ? $"{(long)delay}" : null };
    }

    // PM2 takes names, globs and regular expressions; ours are those of gitignore(5). Of an expression what a file name can be is kept.
    private static string Pattern(string pattern) => pattern.Replace("[\\/\\\\]", "/").Replace("\\.", ".").TrimEnd('$').TrimStart('^');
}
