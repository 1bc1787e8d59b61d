namespace Pharos.Linux.Tests.Processes;

public sealed class TreeTests : IDisposable
{
    private static readonly string[] Roles = ["root", "child", "grandchild", "setsid", "deaf", "orphan"];

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void Of_a_family_of_six_none_survives_KillTree()
    {
        var family = _box.Start(_box.Verb("leaves-grandchildren")).WaitForLine("ready");
        var pids = Roles.Select(family.Number).ToArray();
        Assert.All(pids, pid => Assert.True(IsRunning(pid)));
        Assert.Equal(0, family.Process.KillTree(TimeSpan.FromSeconds(5)));
        Assert.All(pids, pid => Assert.False(IsRunning(pid)));
        Assert.Equal(9, family.WaitForExit().Signal);
    }

    /// <summary>Not even /proc shows it as anything but a zombie.</summary>
    internal static bool IsRunning(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
