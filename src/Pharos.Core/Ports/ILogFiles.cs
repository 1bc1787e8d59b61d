using Microsoft.Win32.SafeHandles;

namespace Pharos.Core.Ports;

/// <summary>Which file something is, whatever it is called now.</summary>
/// <param name="Device">Number of the file system.</param>
/// <param name="Inode">Number within it.</param>
public readonly record struct FileIdentity(long Device, long Inode);

/// <summary>What is known of a file.</summary>
/// <param name="Identity">Which one it is.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Links">By how many names it can be found; 0: it was deleted and is still open.</param>
/// <param name="ChangedUnixNanos">When it last changed, as coarse as the file system has it.</param>
public readonly record struct FileFacts(FileIdentity Identity, long Length, int Links, long ChangedUnixNanos);

/// <summary>A file that every write is appended to, also when somebody else truncates or renames it.</summary>
public interface IAppendFile : IDisposable
{
    /// <summary>Appends all bytes.</summary>
    /// <param name="bytes">What.</param>
    /// <returns>Bytes written: fewer than asked when the disk is full.</returns>
    int Write(ReadOnlySpan<byte> bytes);

    /// <summary>Current length, bytes.</summary>
    long Length { get; }

    /// <summary>What it is now.</summary>
    FileFacts Facts { get; }

    /// <summary>Cuts its end off.</summary>
    /// <param name="length">What stays, bytes.</param>
    void Truncate(long length);
}

/// <summary>The files that output is kept in.</summary>
public interface ILogFiles
{
    /// <summary>Opens a file for appending; makes it, and its folder, when it is not there.</summary>
    /// <param name="path">Absolute path.</param>
    /// <returns>The file.</returns>
    IAppendFile Append(string path);

    /// <summary>What is known of a file by its name.</summary>
    /// <param name="path">Absolute path.</param>
    /// <returns>Null when there is none.</returns>
    FileFacts? Look(string path);

    /// <summary>What is known of an open file.</summary>
    /// <param name="file">It.</param>
    /// <returns>The facts.</returns>
    FileFacts Look(SafeFileHandle file);

    /// <summary>Makes the calling thread one that runs when others have nothing to do.</summary>
    void LetOthersGoFirst();
}
