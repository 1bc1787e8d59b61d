using System.Net.Sockets;
using System.Runtime.Versioning;
using Xunit;

namespace Pharos.TestKit.Tests;

public sealed class TempHomeTests
{
    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_home_is_for_its_owner_only_and_gone_in_the_end()
    {
        string path;
        using (var home = new TempHome())
        {
            path = home.Path;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
            home.Write("deep/er/file", "text");
        }

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void A_socket_with_a_long_name_fits_below_a_home()
    {
        using var home = new TempHome();
        _ = new UnixDomainSocketEndPoint(home.File(new string('s', 60))); // throws when the path is too long
    }

    [Fact]
    public void Two_free_ports_differ() => Assert.NotEqual(FreePort.Next(), FreePort.Next());
}
