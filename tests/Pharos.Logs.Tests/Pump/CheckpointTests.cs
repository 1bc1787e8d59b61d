using Pharos.Logs.Pump;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Pump;

public sealed class CheckpointTests : IDisposable
{
    private readonly TempHome _home = new();
    private readonly Checkpoint _checkpoint;

    public CheckpointTests() => _checkpoint = new Checkpoint(_home.File("x.at"));

    [Fact]
    public void Without_one_the_spool_is_read_from_its_beginning() => Assert.Equal(0, _checkpoint.Resume(500, 100));

    [Fact]
    public void It_goes_on_where_it_was()
    {
        _checkpoint.Write(40, 500);
        Assert.Equal(40, _checkpoint.Resume(500, 100));
    }

    [Fact]
    public void Killed_between_the_log_write_and_the_checkpoint_it_goes_on_at_the_exact_byte()
    {
        _checkpoint.Write(40, 500);
        Assert.Equal(57, _checkpoint.Resume(517, 100));
    }

    [Fact]
    public void A_log_file_that_was_cut_short_says_nothing()
    {
        _checkpoint.Write(40, 500);
        Assert.Equal(40, _checkpoint.Resume(3, 100));
    }

    [Fact]
    public void It_never_points_behind_the_end_of_the_spool()
    {
        _checkpoint.Write(40, 500);
        Assert.Equal(50, _checkpoint.Resume(9000, 50));
    }

    public void Dispose()
    {
        _checkpoint.Dispose();
        _home.Dispose();
    }
}
