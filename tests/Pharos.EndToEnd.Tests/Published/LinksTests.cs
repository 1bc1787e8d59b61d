using Pharos.EndToEnd.Tests.Kit;

namespace Pharos.EndToEnd.Tests.Published;

public sealed class LinksTests
{
    [Theory]
    [InlineData("pm2")]
    [InlineData("pm2-runtime")]
    [InlineData("pm2-docker")]
    [InlineData("pm2-dev")]
    public void Each_name_of_PM2_is_a_link_to_the_program_beside_it(string name)
    {
        var link = new FileInfo(Path.Combine(Path.GetDirectoryName(PharosCli.Program)!, name));
        Assert.Equal("pharos", link.LinkTarget); // relative: the folder can be moved and copied as a whole
        Assert.Equal(PharosCli.Program, link.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
    }
}
