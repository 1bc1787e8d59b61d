using System.Buffers.Binary;
using Pharos.Logs.Pump;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Pump;

public sealed class SpoolNoteTests : IDisposable
{
    private readonly TempHome _home = new();
    private readonly List<(uint, long)> _halfDone = [];

    private string Spool => _home.File("x");

    [Fact]
    public void Without_one_the_spool_is_read_from_its_beginning() => Assert.Equal(0, Resume(500, 100));

    [Theory]
    [InlineData(100, 500, 40)] // the log file is as long as was noted
    [InlineData(100, 517, 57)] // killed between the write to the log file and the note
    [InlineData(100, 3, 40)] // a log file that was cut short says nothing
    [InlineData(50, 9000, 50)] // never behind the end of the spool
    public void The_note_of_a_daemon_that_had_no_store_is_understood(long spool, long log, long expected)
    {
        var note = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(note, 40);
        BinaryPrimitives.WriteInt64LittleEndian(note.AsSpan(8), 500);
        File.WriteAllBytes(SpoolNote.PathFor(Spool), note);
        Assert.Equal(expected, Resume(spool, log));
    }

    public void Dispose() => _home.Dispose();

    private long Resume(long spool, long log)
    {
        using var note = new SpoolNote(Spool);
        return note.Resume(spool, log, _ => null, _halfDone);
    }
}
