using System.Text.Json;
using Pharos.Configuration.Attributes;
using Pharos.Configuration.Syntax;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Configuration.Tests.Attributes;

public sealed class AttributeTableTests
{
    [Fact]
    public void No_two_attributes_share_a_spelling()
    {
        foreach (var table in AttributeTable.All.Where(a => a.Parts.Length > 0).Select(a => a.Parts).Append(AttributeTable.All))
            Assert.Empty(table.SelectMany(a => a.Spellings).GroupBy(s => s).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void Every_supported_attribute_is_read_and_nothing_else()
    {
        var reader = new AppReader((Node.Mapping)LenientJson.Parse("{script: 'a'}").Root!, "app", "/", new() { ShellCwd = "/" }, new Reporter("f"));
        reader.Read();
        Assert.Equal(AttributeTable.All.Where(a => a.Supported).Select(a => a.Name).Order(), reader.Asked.Order());
    }

    [Fact]
    public void The_schema_for_editors_is_generated_and_is_json()
    {
        using var schema = JsonDocument.Parse(AttributeDocs.Schema());
        Assert.True(schema.RootElement.GetProperty("definitions").GetProperty("app").GetProperty("properties").TryGetProperty("maxRestarts", out _));
        Golden.Match(AttributeDocs.Schema(), Repository.PathOf("docs", "pharos.schema.json"), Update);
    }

    [Fact]
    public void The_page_of_attributes_is_generated() => Golden.Match(AttributeDocs.Markdown(), Repository.PathOf("docs", "configuration.md"), Update);

    private static bool Update => Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";
}
