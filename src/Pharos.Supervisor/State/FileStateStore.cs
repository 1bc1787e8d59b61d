using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pharos.Core.Ports;

namespace Pharos.Supervisor.State;

/// <summary>Keeps the state in <c>state/NNNNNNNN.json</c>: a line with format and checksum, then JSON. The last 5 generations are kept.</summary>
/// <param name="directory">The folder, 0700: the state holds the apps' environment, secrets included.</param>
public sealed class FileStateStore(string directory) : IStateStore
{
    private const int MostGenerations = 5;
    private const string Magic = "pharos-state 1 sha256 ";
    private readonly object _lock = new(); // guards the folder: one writer at a time
    private long _generation = -1;

    /// <summary>What a person had saved: it is no generation, and goes away only with the next of its kind.</summary>
    private string Kept => Path.Combine(directory, "saved.state");

    /// <inheritdoc/>
    public SavedState? Load(out IReadOnlyList<string> warnings)
    {
        List<string> faults = [];
        warnings = faults;
        lock (_lock)
        {
            var files = Generations();
            foreach (var (_, path) in files)
            {
                var state = TryRead(path, out var fault);
                if (state is not null)
                    return state;
                faults.Add($"state file {path} {fault}; falling back to the one before");
            }

            if (files.Count == 0)
                return null;
        }

        throw new StateUnreadableException(
            $"no state file in {directory} is whole (newest: {faults[0]["state file ".Length..].Split("; falling")[0]}); nothing was changed: restore one from a backup, or move the folder away to begin without apps");
    }

    /// <inheritdoc/>
    public string Save(SavedState state)
    {
        lock (_lock)
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (_generation < 0)
                _generation = Generations() is [var newest, ..] ? newest.Number : 0;
            var path = Path.Combine(directory, (_generation + 1).ToString("D8", CultureInfo.InvariantCulture) + ".json");
            Write(path, state);
            _generation++;
            foreach (var (_, old) in Generations().Skip(MostGenerations))
                File.Delete(old);
            return path;
        }
    }

    /// <inheritdoc/>
    public string Keep(SavedState state)
    {
        lock (_lock)
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Write(Kept, state);
            return Kept;
        }
    }

    /// <inheritdoc/>
    public SavedState Recall(string? path, out string source)
    {
        source = path ?? (File.Exists(Kept) ? Kept : directory);
        if (source != directory)
            return TryRead(source, out var fault) ?? throw new StateUnreadableException($"state file {source} {fault}; nothing was changed");
        var newest = Load(out _);
        lock (_lock)
            source = Generations().Select(g => g.Path).FirstOrDefault(p => TryRead(p, out _) is not null) ?? directory;
        return newest ?? new SavedState { Apps = [] };
    }

    /// <summary>Aside, fsynced, renamed. What a full disk cut short is not left behind: it would take the room that it lacked.</summary>
    private static void Write(string path, SavedState state)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(StateFile.From(state), StateJson.Default.StateFile);
        var head = Encoding.ASCII.GetBytes(Magic + Convert.ToHexStringLower(SHA256.HashData(body)) + "\n");
        var aside = path + ".tmp";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        };
        try
        {
            using (var file = new FileStream(aside, options))
            {
                file.Write(head);
                file.Write(body);
                file.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(aside);
            throw;
        }
    }

    /// <summary>Newest first.</summary>
    private List<(long Number, string Path)> Generations()
    {
        if (!Directory.Exists(directory))
            return [];
        return [.. Directory.EnumerateFiles(directory, "*.json")
            .Select(p => (Number: long.TryParse(Path.GetFileNameWithoutExtension(p), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1, Path: p))
            .Where(f => f.Number >= 0)
            .OrderByDescending(f => f.Number)];
    }

    private static SavedState? TryRead(string path, out string fault)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            var newline = bytes.AsSpan().IndexOf((byte)'\n');
            if (newline < 0 || !bytes.AsSpan(0, newline).StartsWith(Encoding.ASCII.GetBytes(Magic)))
            {
                fault = "is not a state file of this version";
                return null;
            }

            var sum = Encoding.ASCII.GetString(bytes.AsSpan(Magic.Length, newline - Magic.Length));
            var body = bytes.AsSpan(newline + 1);
            if (!string.Equals(sum, Convert.ToHexStringLower(SHA256.HashData(body)), StringComparison.Ordinal))
            {
                fault = "is damaged (its checksum does not match)";
                return null;
            }

            fault = "";
            return JsonSerializer.Deserialize(body, StateJson.Default.StateFile)!.ToState();
        }
        catch (Exception e) when (e is JsonException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            fault = $"cannot be read ({e.Message})";
            return null;
        }
    }
}
