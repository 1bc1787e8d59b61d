using System.Text;
using Pharos.Logs.Records;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Logs.Tests.Records;

/// <summary>The real lines of Samples/lines, each as the record that it becomes.</summary>
public sealed class FormatTests
{
    [Theory]
    [InlineData("winston")]
    [InlineData("pino")]
    [InlineData("bunyan")]
    [InlineData("node-traces")]
    [InlineData("python")]
    [InlineData("java")]
    [InlineData("go")]
    [InlineData("dotnet")]
    [InlineData("nocobase")]
    [InlineData("node-red")]
    [InlineData("syslog")]
    [InlineData("text")]
    public void Lines_become_the_records_that_were_reviewed(string sample)
    {
        var lines = File.ReadAllText(Repository.PathOf("tests", "Pharos.Logs.Tests", "Samples", "lines", sample + ".txt"));
        if (lines.StartsWith("## ", StringComparison.Ordinal))
            lines = lines[(lines.IndexOf('\n') + 1)..];
        var bytes = Encoding.UTF8.GetBytes(lines);
        var records = Made.Records(bytes, [int.MaxValue]);
        Golden.Match(string.Concat(records.Select(r => Made.Text(r.Made))), sample);
        Assert.Equal(records.Select(r => Made.Text(r.Made)), Made.Records(bytes, [1, 7, 3]).Select(r => Made.Text(r.Made)));
        foreach (var line in lines.Split('\n'))
            Assert.Equal(SeverityParser.Parse(PlainText.Clean(Encoding.UTF8.GetBytes(line))).Number, SeverityParser.Quick(Encoding.UTF8.GetBytes(line)));
    }
}
