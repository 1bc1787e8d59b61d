using System.Text.Json;
using Pharos.Core.Ports;
using Pharos.Node.Monitoring;

namespace Pharos.Node.Tests;

public sealed class MonitorWordsTests
{
    [Theory]
    [InlineData("12.5", "MB", 12.5 * 1024 * 1024, "By")]
    [InlineData("\"12.5 MB\"", null, 12.5 * 1024 * 1024, "By")]
    [InlineData("\"0.53\"", "ms", 0.00053, "s")]
    [InlineData("\"91%\"", null, 0.91, "1")]
    [InlineData("\"3.1e2 req/min\"", null, 310 / 60.0, "{request}/s")]
    [InlineData("3", null, 3, "")]
    [InlineData("\"7 sheep\"", null, 7, "{sheep}")]
    public void A_value_has_the_base_unit_of_the_conventions(string value, string? unit, double expected, string expectedUnit)
    {
        var number = Assert.Single(Numbers($"{{\"Some thing\":{{\"value\":{value},\"unit\":{JsonSerializer.Serialize(unit)},\"type\":\"metric/custom\"}}}}"));
        Assert.Equal(("Some thing", expectedUnit, false), (number.Name, number.Unit, number.Grows));
        Assert.Equal(expected, number.Value, 9);
    }

    [Theory]
    [InlineData("\"N/A\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"1e\"x")]
    [InlineData("\"1e999\"")]
    public void What_is_no_number_is_none(string value)
    {
        var json = $"{{\"x\":{{\"value\":{value}}}}}";
        Assert.Empty(value.EndsWith('x') ? [] : Numbers(json));
    }

    [Fact]
    public void Actions_answers_and_errors_are_understood_and_the_rest_is_the_apps_own()
    {
        Assert.Equal(new RuntimeWord.Offered(new AppAction("refresh", "custom", 1, null)), Read("""{"type":"axm:action","data":{"action_name":"refresh","action_type":"custom","arity":1,"opts":null}}"""));
        Assert.Equal(new RuntimeWord.Answered("refresh", "{\"ok\":true}"), Read("""{"type":"axm:reply","data":{"at":1,"action_name":"refresh","return":{"ok":true}}}"""));
        Assert.Equal(new RuntimeWord.Threw("TypeError", "x is no function", "TypeError: x is no function\n    at y"), Read("""{"type":"process:exception","data":{"message":"x is no function","stack":"TypeError: x is no function\n    at y"}}"""));
        Assert.Null(Read("""{"type":"process:msg","data":{"x":1}}"""));
        Assert.Null(Read("\"ready\""));
        Assert.Null(Read("[1]"));
        Assert.Null(Read("""{"type":"axm:action","data":{}}"""));
    }

    [Fact]
    public void An_order_is_the_bare_name_or_has_its_parameter_beside_it()
    {
        Assert.Equal("\"refresh\"", MonitorWords.Order("refresh", null));
        Assert.Equal("{\"msg\":\"refresh\",\"opts\":[1]}", MonitorWords.Order("refresh", "[1]"));
    }

    private static IReadOnlyList<AppNumber> Numbers(string data) => [.. ((RuntimeWord.Measured)Read($"{{\"type\":\"axm:monitor\",\"data\":{data}}}")!).Numbers];

    private static RuntimeWord? Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return MonitorWords.Read(document.RootElement);
    }
}
