using System.Text.Json.Nodes;
using Pharos.Pm2.Start;
using Xunit;

namespace Pharos.Pm2.Tests.Start;

public sealed class AppConfTests
{
    [Theory]
    [InlineData("""{"maxRestarts": "5"}""", "max_restarts", "5")]
    [InlineData("""{"exec": "a.js"}""", "script", "a.js")]
    [InlineData("""{"interpreter": "python3"}""", "exec_interpreter", "python3")]
    [InlineData("""{"min_uptime": "2m"}""", "min_uptime", "120000")]
    [InlineData("""{"max_memory_restart": "20M"}""", "max_memory_restart", "20971520")]
    [InlineData("""{"err_file": "x.log"}""", "error_file", "x.log")]
    [InlineData("""{"name": 455}""", "name", "455")]
    [InlineData("""{"args": "a 'b c'"}""", "args", """["a","b c"]""")]
    [InlineData("""{"autorestart": "false"}""", "autorestart", "false")]
    public void Every_spelling_comes_to_the_same_attribute_with_its_type(string app, string name, string value)
    {
        var conf = AppConf.Of((JsonObject)JsonNode.Parse(app)!);
        Assert.Empty(conf.Faults);
        Assert.Equal(value, conf[name] is JsonValue single ? single.ToString() : conf[name]!.ToJsonString());
    }

    [Fact]
    public void A_value_of_the_wrong_kind_is_said_in_PM2s_words() =>
        Assert.Equal(["""Expect "max_restarts" to be a typeof [object Number], but now is [object Object]"""], AppConf.Of(new JsonObject { ["max_restarts"] = new JsonObject() }).Faults);

    [Fact]
    public void Profiles_are_kept_apart_and_unknown_attributes_pass()
    {
        var conf = AppConf.Of((JsonObject)JsonNode.Parse("""{"script": "a.js", "env_production": {"A": "1"}, "whatever": 1}""")!);
        Assert.Empty(conf.Faults);
        Assert.Equal("1", conf.Profiles["production"]["A"]!.ToString());
    }

    [Fact]
    public void What_was_asked_for_can_be_asked_for_again()
    {
        var conf = AppConf.Of((JsonObject)JsonNode.Parse("""{"script": "a.js", "env": {"SECRET": "x"}, "watch": true, "instances": "max"}""")!);
        var again = AppConf.Of((JsonObject)JsonNode.Parse(conf.ToJson())!);
        Assert.DoesNotContain("SECRET", conf.ToJson());
        Assert.Equal("max", again.Text("instances"));
        Assert.True(again.Flag("watch"));
    }
}
