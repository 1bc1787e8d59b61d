using System.Collections.Concurrent;
using Pharos.Core.Ports;
using Pharos.Core.Watching;
using Pharos.Linux.Watching;

namespace Pharos.Linux.Tests.Watching;

public sealed class FileWatchTests : IDisposable
{
    private readonly TempDir _dir = new();
    private readonly FileWatch _watch = new();
    private readonly ConcurrentQueue<string> _changed = new();
    private readonly ConcurrentQueue<string> _lost = new();

    public void Dispose()
    {
        _watch.Dispose();
        _dir.Dispose();
    }

    [Fact]
    public void A_file_that_is_written_made_or_deleted_is_told()
    {
        File.WriteAllText(At("old.js"), "1");
        Watch();
        Assert.Empty(_changed);
        File.WriteAllText(At("old.js"), "2");
        Told("old.js");
        File.WriteAllText(At("new.js"), "");
        Told("new.js");
        File.Delete(At("new.js"));
        Told("new.js");
    }

    [Fact]
    public void A_file_that_is_touched_is_told_and_one_that_is_only_read_is_not()
    {
        File.WriteAllText(At("a"), "1");
        Watch();
        _ = File.ReadAllText(At("a"));
        using (File.OpenWrite(At("a")))
        {
        }

        Told("a");
        Assert.Empty(_changed);
    }

    [Fact]
    public void A_file_that_stays_open_is_told_when_it_is_closed()
    {
        File.WriteAllText(At("log"), "");
        Watch();
        using (var log = File.AppendText(At("log")))
        {
            log.WriteLine("a line");
            log.Flush();
            File.WriteAllText(At("other"), "");
            Told("other");
            Assert.DoesNotContain("log", _changed);
        }

        Told("log");
    }

    [Fact]
    public void Folders_are_followed_however_deep_and_new_ones_with_what_is_in_them_already()
    {
        Directory.CreateDirectory(At("a/b/c"));
        Watch();
        File.WriteAllText(At("a/b/c/deep"), "");
        Told("a/b/c/deep");
        Directory.CreateDirectory(At("x/y"));
        File.WriteAllText(At("x/y/first"), "");
        Told("x/y/first");
        Eventually.True(() => Try(() => File.WriteAllText(At("x/y/second"), "")) && _changed.Contains("x/y/second"), () => "the new folder is not followed");
    }

    [Fact]
    public void A_folder_that_is_moved_goes_on_under_its_new_name()
    {
        Directory.CreateDirectory(At("a/sub"));
        Watch();
        Directory.Move(At("a"), At("b"));
        Told("a");
        Told("b");
        Told("b/sub");
        _changed.Clear();
        File.WriteAllText(At("b/sub/file"), "");
        Told("b/sub/file");
        Assert.DoesNotContain(_changed, p => p.StartsWith("a/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_is_moved_out_is_left_alone()
    {
        Directory.CreateDirectory(At("in/a"));
        Watch(At("in"));
        Directory.Move(At("in/a"), At("out"));
        Told("a");
        File.WriteAllText(At("out/file"), "");
        File.WriteAllText(At("in/last"), "");
        Told("last");
        Assert.DoesNotContain("a/file", _changed);
    }

    [Fact]
    public void What_is_ignored_is_not_told_and_its_folders_are_not_watched()
    {
        Directory.CreateDirectory(At("node_modules/x"));
        Directory.CreateDirectory(At("src"));
        using var tree = Tree(["node_modules/", "*.log"]);
        Assert.Equal(2, tree.Count);
        File.WriteAllText(At("node_modules/x/y"), "");
        File.WriteAllText(At("src/a.log"), "");
        File.WriteAllText(At("src/a.js"), "");
        tree.Read();
        Assert.Equal(["src/a.js"], _changed.Distinct());
    }

    [Fact]
    public void A_link_to_a_folder_is_not_followed()
    {
        Directory.CreateDirectory(At("root"));
        Directory.CreateDirectory(At("elsewhere"));
        File.CreateSymbolicLink(At("root/link"), At("elsewhere"));
        File.CreateSymbolicLink(At("root/self"), At("root"));
        using var tree = Tree([], At("root"));
        Assert.Equal(1, tree.Count);
    }

    [Fact]
    public void A_single_file_is_watched_also_when_it_is_replaced_and_its_neighbours_are_not()
    {
        File.WriteAllText(At("app.conf"), "1");
        Watch(At("app.conf"));
        File.WriteAllText(At("neighbour"), "");
        File.WriteAllText(At("app.conf.new"), "2");
        File.Move(At("app.conf.new"), At("app.conf"), overwrite: true);
        Told("app.conf");
        File.WriteAllText(At("app.conf"), "3");
        Told("app.conf");
        Assert.Empty(_changed.Except(["app.conf"]));
    }

    [Fact]
    public void What_is_not_there_is_watched_when_it_comes_and_when_it_comes_again()
    {
        Watch(At("later"));
        Directory.CreateDirectory(At("later"));
        File.WriteAllText(At("later/a"), "");
        Told("a");
        Directory.Delete(At("later"), recursive: true);
        Told("");
        Directory.CreateDirectory(At("later"));
        File.WriteAllText(At("later/b"), "");
        Told("b");
        Assert.Empty(_lost);
    }

    [Fact]
    public void When_the_kernel_drops_notices_everything_is_looked_at()
    {
        Directory.CreateDirectory(At("src"));
        Directory.CreateDirectory(At("gone"));
        File.WriteAllText(At("src/untouched"), "");
        using var tree = Tree(["noise*"]);
        tree.Read();
        Eventually.True(() => DateTime.UtcNow - File.GetLastWriteTimeUtc(At("src/untouched")) > TimeSpan.FromMilliseconds(50), () => "the clock stands still");
        tree.Read(); // from here on it counts
        var most = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"));
        for (var i = 0; i < most / 2; i++)
        {
            File.WriteAllText(At("noise1"), "");
            File.WriteAllText(At("noise2"), ""); // equal notices in a row would be one
        }

        File.WriteAllText(At("src/touched"), "");
        Directory.CreateDirectory(At("new/deep"));
        File.WriteAllText(At("new/deep/file"), "");
        Directory.Delete(At("gone"));
        tree.Read();
        Assert.Equal(["gone", "new", "new/deep", "new/deep/file", "src/touched"], _changed.Distinct().Order(StringComparer.Ordinal));
        _changed.Clear();
        File.WriteAllText(At("new/deep/file"), "2");
        tree.Read();
        Assert.Equal(["new/deep/file"], _changed.Distinct());
    }

    [Fact]
    public void With_no_watches_left_it_says_what_to_raise_and_tells_nothing_more()
    {
        Directory.CreateDirectory(At("a/b/c/d"));
        using var tree = Tree([], most: 3);
        Assert.Contains("'sysctl fs.inotify.max_user_watches=524288'", Assert.Single(_lost), StringComparison.Ordinal);
        File.WriteAllText(At("file"), "");
        tree.Read();
        Assert.Empty(_changed);
    }

    [Fact]
    public void Who_has_enough_is_told_nothing_more()
    {
        Watch().Dispose();
        File.WriteAllText(At("a"), "");
        using (Watch())
        {
            File.WriteAllText(At("b"), "");
            Told("b");
        }

        Assert.DoesNotContain("a", _changed);
    }

    private string At(string path) => _dir.At(path);

    private IDisposable Watch(string? path = null) => _watch.Watch(Order(path, []));

    private FolderTree Tree(string[] ignore, string? path = null, int most = int.MaxValue)
    {
        var tree = new FolderTree(Order(path, ignore), most);
        tree.Begin();
        return tree;
    }

    private FileWatchOrder Order(string? path, string[] ignore)
    {
        var patterns = new IgnorePatterns(ignore);
        return new FileWatchOrder
        {
            Paths = [path ?? _dir.Root],
            IsIgnored = f => patterns.IsIgnored(f.Path, f.IsFolder),
            Changed = f => _changed.Enqueue(f.Path),
            Lost = _lost.Enqueue,
        };
    }

    /// <summary>Waits for it, and forgets it with what came before.</summary>
    private void Told(string path)
    {
        var seen = new List<string>();
        Eventually.True(
            () =>
            {
                while (_changed.TryDequeue(out var changed))
                {
                    seen.Add(changed);
                    if (changed == path)
                        return true;
                }

                return false;
            },
            () => $"'{path}' was not told, but: {string.Join(", ", seen)}; {string.Join(", ", _lost)}");
        while (_changed.TryPeek(out var again) && again == path)
            _changed.TryDequeue(out _);
    }

    private static bool Try(Action act)
    {
        act();
        return true;
    }
}
