using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pharos.Logs.Records;
using Pharos.Telemetry.Records;
using Xunit;

namespace Pharos.Logs.Tests.Records;

public sealed class SeverityParserTests
{
    [Theory]
    [InlineData("""{"level":30,"time":1,"msg":"pino"}""", Severity.Info)]
    [InlineData("""{"level":60,"msg":"pino"}""", Severity.Fatal)]
    [InlineData("""{"level":10,"msg":"pino"}""", Severity.Trace)]
    [InlineData("""{"level":"warn","message":"winston"}""", Severity.Warn)]
    [InlineData("""{"message":"winston","level":"error"}""", Severity.Error)]
    [InlineData("""{"level":"http","message":"npm levels"}""", Severity.Info)]
    [InlineData("""{"@t":"2030-01-01T00:00:00Z","@mt":"Serilog","@l":"Warning"}""", Severity.Warn)]
    [InlineData("""{"EventId":0,"LogLevel":"Critical","Category":"x"}""", Severity.Fatal)]
    [InlineData("""{"levelname": "ERROR", "message": "python"}""", Severity.Error)]
    [InlineData("""{"severity":3,"level":"error"}""", Severity.Error)]
    [InlineData("time=2030-01-01T00:00:00Z level=warn msg=\"go slog\"", Severity.Warn)]
    [InlineData("loglevel=3 level=error msg=x", Severity.Error)]
    [InlineData("lvl=dbg msg=x", Severity.Debug)]
    [InlineData("[ERROR] it broke", Severity.Error)]
    [InlineData("[warn] careful", Severity.Warn)]
    [InlineData("2030-01-01 12:00:00 [Information] x", Severity.Info)]
    [InlineData("[12:00:01 INF] Serilog's console", Severity.Info)]
    [InlineData("[12:00:01 ERR] Serilog's console", Severity.Error)]
    [InlineData("ERROR: it broke", Severity.Error)]
    [InlineData("info: Microsoft.Hosting.Lifetime[14]", Severity.Info)]
    [InlineData("fail: Microsoft.AspNetCore[13]", Severity.Error)]
    [InlineData("12:00:00Z error: x", Severity.Error)]
    [InlineData("main.c:12:3: warning: unused", Severity.Warn)]
    [InlineData("WARN something", Severity.Warn)]
    [InlineData("2030-01-01 12:00:00,123 ERROR module x", Severity.Error)]
    [InlineData("2030-01-01 12:00:00,123 - name - DEBUG - x", Severity.Debug)]
    [InlineData("<3>systemd", Severity.Error)]
    [InlineData("<34>1 2030-01-01T00:00:00Z host app - - - x", Severity.Fatal)]
    [InlineData("<7>d", Severity.Debug)]
    public void A_declared_level_is_found(string line, int number) => Assert.Equal(number, Parse(line).Number);

    [Theory]
    [InlineData("an error happened")]
    [InlineData("no error: all is well")]
    [InlineData("finished without a warning")]
    [InlineData("TypeError: x is not a function")]
    [InlineData("http: panic is Go's word for it")]
    [InlineData("HTTP server listens")]
    [InlineData("Information desk")]
    [InlineData("<999>no priority")]
    [InlineData("<b>bold</b>")]
    [InlineData("""{"msg":"the \"level\": \"error\" is inside"}""")]
    [InlineData("""{"level":3}""")]
    [InlineData("""{"level":{"a":1}}""")]
    [InlineData("[errors] three")]
    [InlineData("")]
    [InlineData("   ")]
    public void A_word_inside_a_message_is_no_level(string line) => Assert.Equal((0, null), Parse(line));

    [Fact]
    public void The_text_is_as_it_was_written()
    {
        Assert.Equal("Warning", Parse("""{"@l":"Warning"}""").Text);
        Assert.Equal("50", Parse("""{"level":50}""").Text);
        Assert.Equal("<3>", Parse("<3>x").Text);
    }

    [Fact]
    public void No_bytes_make_it_throw()
    {
        var pieces = Gen.Elements("{", "\"level\":", "level=", "<", ">", "[", "]", "ERROR", ":", "9999999999", "-1", "\"", " ", "\0", "é");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(Arb.From(Gen.ListOf(pieces)), p => Parse(string.Concat(p)).Number is >= 0 and <= 24));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll<byte[]>(b => SeverityParser.Parse(b).Number is >= 0 and <= 24));
    }

    private static (int Number, string? Text) Parse(string line) => SeverityParser.Parse(Encoding.UTF8.GetBytes(line));
}
