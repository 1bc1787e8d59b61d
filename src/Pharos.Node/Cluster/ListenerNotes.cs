using System.Text.Json;
using System.Text.Json.Serialization;
using Pharos.Core.Ports;

namespace Pharos.Node.Cluster;

/// <summary>Which sockets an app shares, kept beside the spool files: the next daemon finds them again among the descriptors of its processes.</summary>
internal sealed class ListenerNotes(string path, Action<string> say)
{
    private string _written = "";

    /// <summary>One socket.</summary>
    internal sealed record Note(string Key, int? Slot, ListenAt At, long Inode, string DataJson, bool InTurn);

    /// <summary>What an earlier daemon noted.</summary>
    public IReadOnlyList<Note> Read()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), NotesJson.Default.NoteArray) ?? [] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            say($"cannot read {path}: {e.Message}; sockets that are shared by running processes are not taken back");
            return [];
        }
    }

    /// <summary>Notes what there is now; nothing: the file goes.</summary>
    public void Write(IEnumerable<Note> notes)
    {
        Note[] all = [.. notes];
        var text = all.Length == 0 ? "" : JsonSerializer.Serialize(all, NotesJson.Default.NoteArray);
        if (text == _written)
            return;
        try
        {
            if (all.Length == 0)
            {
                File.Delete(path);
            }
            else
            {
                File.WriteAllText(path + ".new", text);
                File.Move(path + ".new", path, overwrite: true);
            }

            _written = text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"cannot write {path}: {e.Message}; the next daemon would not find the sockets that are shared");
        }
    }
}

/// <summary>Source-generated JSON of the notes.</summary>
[JsonSerializable(typeof(ListenerNotes.Note[]))]
internal sealed partial class NotesJson : JsonSerializerContext;
