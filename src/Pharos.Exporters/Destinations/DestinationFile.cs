using System.Text.Json;

namespace Pharos.Exporters.Destinations;

/// <summary>The settings file cannot be used. The message is one line that names file, key and cure.</summary>
public sealed class DestinationFileException(string message) : Exception(message);

/// <summary><c>otel.json</c> in the home: the destinations that <c>pharos otel set</c> made. Mode 0600, for keys may stand in it; written aside and renamed.</summary>
/// <param name="path">Its path.</param>
public sealed class DestinationFile(string path)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Its name in the home.</summary>
    public const string FileName = "otel.json";

    /// <summary>Its path.</summary>
    public string Path { get; } = path;

    /// <summary>Reads it.</summary>
    /// <returns>What it says; no destination when there is no file.</returns>
    /// <exception cref="DestinationFileException">It cannot be read, or is not what it should be.</exception>
    public DestinationDocument Read()
    {
        try
        {
            var bytes = File.ReadAllBytes(Path);
            var document = JsonSerializer.Deserialize(bytes, DestinationJson.Default.DestinationDocument)
                ?? throw new DestinationFileException($"{Path}: is null; write {{\"destinations\": {{}}}}, or delete the file");
            var mode = File.GetUnixFileMode(Path) & Others;
            if (mode != 0 && HoldsSecrets(document))
                throw new DestinationFileException($"{Path}: other users can read the keys in it; run: chmod 600 {Path}");
            return document;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new DestinationDocument();
        }
        catch (JsonException e)
        {
            // Only the place: the message of the reader may quote what stands there, and that may be a key.
            var key = e.Path is { Length: > 1 } place ? place.TrimStart('$', '.') : "the file";
            throw new DestinationFileException($"{Path}:{e.LineNumber + 1}: {key} is not what is known there; correct it, or delete the file and use 'pharos otel set'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DestinationFileException($"{Path}: cannot be read: {e.Message}");
        }
    }

    /// <summary>Writes it whole or not at all.</summary>
    /// <param name="document">What it is to say.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(DestinationDocument document)
    {
        var aside = $"{Path}.{Environment.ProcessId}.new";
        File.Delete(aside);
        using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner }))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(document, DestinationJson.Default.DestinationDocument));
            file.Write("\n"u8);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, Path, overwrite: true);
    }

    /// <summary>Reads, changes and writes, one process at a time.</summary>
    /// <param name="change">Makes the new text of the old one.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="DestinationFileException">It cannot be read, or is not what it should be.</exception>
    /// <exception cref="IOException">It cannot be written, or somebody else writes it all the time.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public DestinationDocument Change(Func<DestinationDocument, DestinationDocument> change)
    {
        using var turn = Lock();
        var changed = change(Read());
        Write(changed);
        return changed;
    }

    private FileStream Lock()
    {
        const int attempts = 100, pauseMs = 20;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(Path + ".lock", new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = Owner });
            }
            catch (IOException) when (attempt < attempts)
            {
                Thread.Sleep(pauseMs); // another 'otel set' at this instant
            }
        }
    }

    private static bool HoldsSecrets(DestinationDocument document) =>
        document.Destinations.Values.Any(d => d.Key?.Value is not null || d.Headers?.Values.Any(h => h.Value is not null) == true);
}
