using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Xunit;

namespace Pharos.Core.Tests.Specs;

public sealed class ListenSpecTests
{
    [Theory]
    [InlineData("8080", ListenKind.Tcp, null, 8080)]
    [InlineData("*:8080", ListenKind.Tcp, null, 8080)]
    [InlineData("127.0.0.1:80", ListenKind.Tcp, "127.0.0.1", 80)]
    [InlineData("tcp:127.0.0.1:80", ListenKind.Tcp, "127.0.0.1", 80)]
    [InlineData("[::1]:65535", ListenKind.Tcp, "::1", 65535)]
    [InlineData("udp:5353", ListenKind.Udp, null, 5353)]
    [InlineData("udp:[::1]:53", ListenKind.Udp, "::1", 53)]
    [InlineData("/run/app.sock", ListenKind.Unix, "/run/app.sock", 0)]
    public void An_address_is_understood(string text, ListenKind kind, string? address, int port)
    {
        Assert.True(ListenSpec.TryParse(text, out var at));
        Assert.Equal((kind, address, port), (at.Kind, at.Address, at.Port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("0")] // it would be another port after each restart
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("localhost:80")] // a name may mean several addresses
    [InlineData("::1:80")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("app.sock")]
    [InlineData("http://127.0.0.1:80")]
    public void What_is_no_address_is_refused(string text) => Assert.False(ListenSpec.TryParse(text, out _));
}
