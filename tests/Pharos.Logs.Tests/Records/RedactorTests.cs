using Pharos.Core.Specs.Logs;
using Pharos.Logs.Records.Masking;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Records;

public sealed class RedactorTests
{
    private static readonly Redactor Usual = new([], new());

    [Theory]
    [InlineData("Authorization: Bearer abc123def456ghi789", "abc123def456ghi789")]
    [InlineData("authorization: Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNz")]
    [InlineData("{\"headers\":{\"authorization\":\"Bearer abc.DEF-123456\"}}", "abc.DEF")]
    [InlineData("sent bearer 0123456789abcdef0123 to it", "0123456789abcdef")]
    [InlineData("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE")]
    [InlineData("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalr")]
    [InlineData("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN end", "dozjgNry")]
    [InlineData("password=hunter2 user=bob", "hunter2")]
    [InlineData("password: hunter2", "hunter2")]
    [InlineData("Password = \"correct horse\"", "correct horse")]
    [InlineData("{\"user\":\"bob\",\"password\":\"open sesame\"}", "open sesame")]
    [InlineData("{\"msg\":\"body {\\\"password\\\":\\\"hunter2\\\"}\"}", "hunter2")]
    [InlineData("DB_PASSWORD=abc", "=abc")]
    [InlineData("client_secret=abcdefgh&grant_type=x", "abcdefgh")]
    [InlineData("GET /cb?access_token=abcdef123&x=1", "abcdef123")]
    [InlineData("x-api-key: 1234567890abcdef", "1234567890abcdef")]
    [InlineData("connect to postgres://shop:geheim@db:5432/shop", "geheim")]
    [InlineData("redis://:geheim99@cache:6379", "geheim99")]
    [InlineData("Cookie: session=abcdef; theme=dark", "abcdef")]
    [InlineData("{\"set-cookie\":[\"sid=abcdef; Path=/\"]}", "abcdef")]
    [InlineData("push with ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_16C7")]
    [InlineData("github_pat_11ABCDEFG0abcdefghijklmnop", "11ABCDEFG")]
    [InlineData("token xoxb-123456789012-abcdefABCDEF", "123456789012")]
    [InlineData("https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", "T00000000")]
    [InlineData("stripe rk_live_4eC39HqLyjWDarjtT1zdp7dc", "4eC39")]
    [InlineData("google AIzaSyA-1234567890abcdefghijklmnopqrstu", "AIzaSy")]
    [InlineData("card 4111 1111 1111 1111 charged", "4111")]
    [InlineData("card 4111111111111111", "411111")]
    [InlineData("amex 3782-822463-10005", "822463")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj3\n-----END RSA PRIVATE KEY-----", "MIIBOg")]
    [InlineData("key: -----BEGIN PRIVATE KEY----- MIIBOgIBAAJBAKj3", "MIIBOg")]
    public void A_usual_secret_is_masked_and_the_rest_stays(string text, string secret)
    {
        var masked = Usual.Apply(text);
        Assert.DoesNotContain(secret, masked, StringComparison.Ordinal);
        Assert.Contains(Redactor.Mask, masked, StringComparison.Ordinal);
        Assert.Equal(masked, Usual.Apply(masked));
        Assert.Equal(masked, System.Text.Encoding.UTF8.GetString(Usual.Apply(System.Text.Encoding.UTF8.GetBytes(text))));
    }

    [Fact]
    public void What_is_no_secret_stays_as_it_is()
    {
        var lines = File.ReadAllLines(Repository.PathOf("tests", "Pharos.Logs.Tests", "Samples", "no-secrets.txt"));
        Assert.True(lines.Length > 40);
        Assert.Equal(lines, lines.Select(l => Usual.Apply(l)));
    }

    [Theory]
    [InlineData("it is s3cr3t/\"v4lue\" here")]
    [InlineData("""{"k":"s3cr3t/\"v4lue\""}""")]
    [InlineData("""{"k":"s3cr3t\/\"v4lue\""}""")]
    [InlineData("""{"k":"s3cr3t/\u0022v4lue\u0022"}""")]
    [InlineData("?k=s3cr3t%2F%22v4lue%22")]
    [InlineData("?k=s3cr3t%2f%22v4lue%22")]
    [InlineData("czNjcjN0LyJ2NGx1ZSI=")]
    public void A_secret_value_is_masked_in_every_form(string text)
    {
        var redactor = new Redactor([KeyValuePair.Create("MY_SECRET", "s3cr3t/\"v4lue\"")], new() { Defaults = false });
        Assert.Contains(Redactor.Mask, redactor.Apply(text), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", redactor.Apply(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user:")]
    [InlineData("u:")]
    [InlineData("us:")]
    public void A_secret_value_is_masked_inside_something_that_is_base64(string before)
    {
        var redactor = new Redactor([KeyValuePair.Create("DB_PASSWORD", "correct-horse-battery")], new() { Defaults = false });
        var text = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(before + "correct-horse-battery" + "@host"));
        Assert.Contains(Redactor.Mask, redactor.Apply("x " + text + " y"), StringComparison.Ordinal);
    }

    [Fact]
    public void Own_patterns_mask_what_matches_or_their_group()
    {
        var redactor = new Redactor([], new() { Patterns = ["id-[0-9]+", "pin (?<secret>[0-9]+) used"] });
        Assert.Equal("[redacted] and pin [redacted] used", redactor.Apply("id-77 and pin 1234 used"));
    }

    [Fact]
    public void Without_the_usual_patterns_only_values_and_own_ones_are_masked() =>
        Assert.Equal("password=hunter2", new Redactor([], new LogRedaction { Defaults = false }).Apply("password=hunter2"));

    [Fact]
    public void Attributes_are_masked_like_the_body_and_by_their_name()
    {
        var made = Made.Record("""{"level":"info","msg":"login","user":{"name":"bob","password":"open sesame"},"url":"http://u:geheim@h/","n":1,"token":"abc"}""");
        Assert.Equal((Redactor.Mask, "http://u:[redacted]@h/", 1L, "bob", Redactor.Mask), (Made.Attribute(made, "user.password"), Made.Attribute(made, "url"), Made.Attribute(made, "n"), Made.Attribute(made, "user.name"), Made.Attribute(made, "token")));
        Assert.DoesNotContain("sesame", Made.Body(made), StringComparison.Ordinal);
    }

    [Fact]
    public void A_private_key_that_is_printed_line_by_line_is_one_record_without_the_key()
    {
        var made = Made.Records("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\nIIGEAAAA\n-----END EC PRIVATE KEY-----\nafter\n"u8, [5], new() { Multiline = new() { Enabled = false } });
        Assert.Equal(["[redacted]", "after"], made.Select(m => Made.Body(m.Made)));
    }
}
