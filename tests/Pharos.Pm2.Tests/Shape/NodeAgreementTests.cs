using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pharos.Pm2.Shape;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Pm2.Tests.Shape;

/// <summary>Our writers against the real <c>util.inspect</c> and <c>JSON.stringify</c>.</summary>
public sealed class NodeAgreementTests
{
    private const int Values = 600;
    private static readonly string[] Texts = ["", "a", "it's", "name", "km:heapdump", "/tmp/h6/.pm2/logs/web-out.log", "some words that are longer than others, by far", "two\nlines of text that is cut in two because it is long\n"];
    private static readonly string[] Keys = ["0", "a", "b", "name", "status", "pm_id", "restart_time", "env-with-dash", "NODE_APP_INSTANCE", "key with blanks", "it's"];

    [Fact]
    public void What_is_inspected_looks_as_under_node() => Agree("require('util').inspect(v, false, null, false)", NodeInspect.Write);

    [Fact]
    public void Json_is_what_node_writes() => Agree("JSON.stringify(v)", v => NodeJson.Write(v));

    [Fact]
    public void Indented_json_is_what_node_writes() => Agree("JSON.stringify(v, null, 2)", v => NodeJson.Write(v, indent: 2));

    private static void Agree(string script, Func<JsonNode?, string> write)
    {
        var values = Given().Concat(Enumerable.Range(0, Values).Select(i => Any(new Random(i), 4))).ToList();
        using var home = new TempHome();
        var input = home.Write("values.json", new JsonArray([.. values.Select(v => v?.DeepClone())]).ToJsonString());
        var program = home.Write("write.js", $"process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(process.argv[2],'utf8')).map(v => {script})))");
        using var node = Process.Start(new ProcessStartInfo("node", [program, input]) { UseShellExecute = false, RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var theirs = JsonSerializer.Deserialize<string[]>(node.StandardOutput.ReadToEnd())!;
        node.WaitForExit();
        Assert.Equal(0, node.ExitCode);
        for (var i = 0; i < values.Count; i++)
            Assert.Equal(theirs[i], write(values[i]));
    }

    private static IEnumerable<JsonNode?> Given()
    {
        foreach (var number in new[] { "0", "-0", "1e21", "1e-7", "123456789012345680000", "0.000001", "12.50", "-3", "9007199254740993", "1.7976931348623157e308", "5e-324", "4.3", "100" })
            yield return JsonNode.Parse(number);
        foreach (var text in new[] { "", "it's", "\"it's\"", "`\"it's\"", "${\"'", "a\nb", "tab\t\u0001\u007f\u0085\u00a0", "\u2028 é 😀", new string('x', 10_050), "line one is long enough\nline two\n\nand the rest of it goes on and on and on and on and on" })
            yield return text;
        yield return JsonNode.Parse("""{"0":true,"a":{"b":{"c":{}}},"d":[1,2,3,4,5,6,7],"e-f":null,"__proto__":1}""");
        yield return JsonNode.Parse("""{"a":{"b":{"c":{"d":1}}}}""");
        yield return new JsonArray([.. Enumerable.Range(0, 120).Select(i => (JsonNode)i)]);
        yield return new JsonArray([.. Enumerable.Range(0, 27).Select(i => (JsonNode)new string('y', i % 9))]);
        yield return new JsonArray([.. Enumerable.Range(0, 101).Select(i => (JsonNode)$"v{i}")]);
        yield return JsonNode.Parse("""{"action_name":"km:heapdump","list":[{"action_name":"km:heapdump","action_type":"internal","arity":2}],"Active requests":{"historic":true,"type":"internal/libuv/requests","value":0}}""");
    }

    /// <summary>Any value, of the kind that lists of processes are made of.</summary>
    private static JsonNode? Any(Random random, int depth) => random.Next(depth == 0 ? 6 : 10) switch
    {
        0 => Texts[random.Next(Texts.Length)],
        1 => new string([.. Enumerable.Range(0, random.Next(90)).Select(_ => (char)random.Next(1, 300))]),
        2 => random.Next(-1000, 100_000),
        3 => Math.Round(random.NextDouble() * Math.Pow(10, random.Next(-9, 24)), random.Next(12)),
        4 => random.Next(2) == 0,
        5 => random.Next(3) switch { 0 => null, 1 => new JsonArray(), _ => new JsonObject() },
        6 or 7 => new JsonArray([.. Enumerable.Range(0, random.Next(14)).Select(_ => Any(random, depth - 1))]),
        _ => new JsonObject(Keys.Where(_ => random.Next(2) == 0).Select(key => KeyValuePair.Create(key, Any(random, depth - 1)))),
    };
}
