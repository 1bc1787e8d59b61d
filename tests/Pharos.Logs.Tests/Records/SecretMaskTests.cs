using System.Text;
using Pharos.Logs.Records;
using Xunit;

namespace Pharos.Logs.Tests.Records;

public sealed class SecretMaskTests
{
    [Fact]
    public void Values_of_secret_variables_are_taken_out_wherever_they_stand() =>
        Assert.Equal("a [redacted], b [redacted][redacted] hunter", Apply("a hunter22, b hunter22hunter22 hunter", ("DB_PASSWORD", "hunter22")));

    [Fact]
    public void The_longer_of_two_secrets_goes_first() =>
        Assert.Equal("[redacted]!", Apply("abcdefgh!", ("A_TOKEN", "abcdef"), ("B_TOKEN", "abcdefgh")));

    [Theory]
    [InlineData("redacted")]
    [InlineData("[redacted]")]
    public void A_secret_that_is_part_of_the_replacement_ends_too(string value) =>
        Assert.Equal("x [redacted] y", Apply($"x {value} y", ("PASSWORD", value)));

    [Fact]
    public void Short_values_and_other_variables_stay() =>
        Assert.Equal("true production", Apply("true production", ("USE_TOKEN", "true"), ("NODE_ENV", "production")));

    private static string Apply(string line, params (string, string)[] env) =>
        Encoding.UTF8.GetString(new SecretMask(env.Select(e => KeyValuePair.Create(e.Item1, e.Item2))).Apply(Encoding.UTF8.GetBytes(line)));
}
