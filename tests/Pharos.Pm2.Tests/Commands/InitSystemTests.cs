using Pharos.Pm2.Commands;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Pm2.Tests.Commands;

public sealed class InitSystemTests
{
    [Fact]
    public void Every_init_system_has_its_file_and_its_commands() => Golden.Match(string.Join('\n', InitSystem.All.Select(system =>
        $"== {system.Name}: {system.PathOf("pm2-deploy")}\n{system.FileFor("pm2-deploy", "deploy", "/home/deploy/.pm2", "/opt/pharos/pharos", "/usr/bin:/bin", network: true)}"
        + string.Concat(system.Enable("pm2-deploy").Concat(system.Disable("pm2-deploy")).Select(c => $"$ {string.Join(' ', c)}\n")))));

    [Theory]
    [InlineData("ubuntu", "systemd")]
    [InlineData("ubuntu14", "upstart")]
    [InlineData("amazon", "systemv")]
    [InlineData("launchd", null)]
    public void PM2s_words_for_platforms_are_known(string word, string? name) => Assert.Equal(name, InitSystem.Find(word, _ => false)?.Name);

    [Fact]
    public void Without_a_word_it_is_what_is_there() => Assert.Equal("openrc", InitSystem.Find(null, c => c == "rc-update")?.Name);
}
