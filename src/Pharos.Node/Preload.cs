using System.Security.Cryptography;
using Pharos.Core.Specs;

namespace Pharos.Node;

/// <summary>The script that is put into Node apps, as a file that they can load. Processes that run keep the one that they began with.</summary>
internal sealed class Preload
{
    private const string Variable = "PHAROS_NODE_PRELOAD", StatsVariable = "PHAROS_HTTP_STATS", OptionsVariable = "NODE_OPTIONS";

    private readonly string? _option;
    private readonly string _path;

    /// <summary>Writes the file, when it is not there.</summary>
    /// <param name="folder">Where to; made when it is not there.</param>
    /// <param name="say">Takes a line for the daemon's log.</param>
    public Preload(string folder, Action<string> say)
    {
        using var resource = typeof(Preload).Assembly.GetManifestResourceStream("preload.cjs")!;
        using var memory = new MemoryStream();
        resource.CopyTo(memory);
        var script = memory.ToArray();
        var path = _path = Path.Combine(folder, $"preload-{Convert.ToHexStringLower(SHA256.HashData(script).AsSpan(0, 4))}.cjs");
        try
        {
            Directory.CreateDirectory(folder);
            if (!File.Exists(path) || new FileInfo(path).Length != script.Length)
            {
                File.WriteAllBytes(path + ".new", script);
                File.Move(path + ".new", path, overwrite: true);
            }

            _option = $"--require={(path.AsSpan().ContainsAny(' ', '"', '\\') ? $"\"{path.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"" : path)}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"cannot write {path}: {e.Message}; HTTP requests of Node apps are not counted");
        }
    }

    /// <summary>What a process is given so that it loads the script.</summary>
    /// <param name="spec">Its app.</param>
    /// <param name="env">Its environment so far.</param>
    public IEnumerable<KeyValuePair<string, string>> Variables(AppSpec spec, IReadOnlyDictionary<string, string> env)
    {
        var before = env.GetValueOrDefault(OptionsVariable, "");
        var counts = spec.HttpStats ?? env.GetValueOrDefault(StatsVariable) != "0";
        // Another user cannot read our folder, and a process with Node's permission model may read no file that it was not allowed to: both would not start.
        if (_option is null || (!counts && spec.Cluster is null) || spec.User is not null || IsRestricted(before) || spec.InterpreterArgs.Any(IsRestricted))
            yield break;
        yield return new(OptionsVariable, before.Length == 0 ? _option : $"{before} {_option}");
        yield return new(Variable, _option);
        if (!counts)
            yield return new(StatsVariable, "0");
    }

    /// <summary>Deletes the file; no process that runs may need it.</summary>
    public void Delete()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ignoring: it harms nobody, and goes with the machine's memory.
        }
    }

    private static bool IsRestricted(string options) =>
        options.Contains("--permission", StringComparison.Ordinal) || options.Contains("--experimental-permission", StringComparison.Ordinal) || options.Contains("--experimental-policy", StringComparison.Ordinal);
}
