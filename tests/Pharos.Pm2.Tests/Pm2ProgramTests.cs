using Xunit;

namespace Pharos.Pm2.Tests;

public sealed class Pm2ProgramTests
{
    [Theory]
    [InlineData("pm2", nameof(Pm2Program.Pm2))]
    [InlineData("/usr/lib/node_modules/.bin/pm2-runtime", nameof(Pm2Program.Runtime))]
    [InlineData("./pm2-docker", nameof(Pm2Program.Runtime))]
    [InlineData("pm2-dev", nameof(Pm2Program.Dev))]
    [InlineData("pharos", nameof(Pm2Program.None))]
    [InlineData("pm2x", nameof(Pm2Program.None))]
    [InlineData("", nameof(Pm2Program.None))]
    public void The_name_that_we_are_called_by_chooses_the_face(string argv0, string program) =>
        Assert.Equal(program, Pm2Programs.Of(argv0).ToString());
}
