using System.Xml.Linq;
using Pharos.TestKit;
using Xunit;

namespace Pharos.Core.Tests.Architecture;

public sealed class ArrowsTests
{
    /// <summary>Who may see whom; docs/architecture.md draws it.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Pharos.Core"] = [],
        ["Pharos.Telemetry"] = ["Pharos.Core"],
        ["Pharos.Linux"] = ["Pharos.Core"],
        ["Pharos.Logs"] = ["Pharos.Core", "Pharos.Telemetry"],
        ["Pharos.Exporters"] = ["Pharos.Core", "Pharos.Telemetry"],
        ["Pharos.Supervisor"] = ["Pharos.Core", "Pharos.Logs", "Pharos.Telemetry"],
        ["Pharos.Contracts"] = ["Pharos.Core"],
        ["Pharos.Configuration"] = ["Pharos.Contracts", "Pharos.Core"],
        ["Pharos.Api"] = ["Pharos.Contracts", "Pharos.Supervisor"],
        ["Pharos.Node"] = ["Pharos.Core"],
        ["Pharos.Pm2"] = ["Pharos.Configuration", "Pharos.Contracts", "Pharos.Core"],
        ["Pharos"] = ["Pharos.Api", "Pharos.Configuration", "Pharos.Contracts", "Pharos.Exporters", "Pharos.Linux", "Pharos.Logs", "Pharos.Node", "Pharos.Pm2", "Pharos.Supervisor"],
    };

    [Fact]
    public void No_project_reference_points_up()
    {
        foreach (var project in Projects())
        {
            var name = Path.GetFileNameWithoutExtension(project);
            var references = XDocument.Load(project).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
            Assert.True(Allowed.ContainsKey(name), $"{name} is new: draw its arrows in docs/architecture.md and here");
            Assert.Empty(references.Except(Allowed[name]).Select(r => $"{name} -> {r}"));
        }
    }

    [Fact]
    public void Only_the_exporters_reference_OpenTelemetry_packages()
    {
        var offenders = Projects().Where(p => !p.Contains("Pharos.Exporters", StringComparison.Ordinal)
            && XDocument.Load(p).Descendants("PackageReference").Any(r => r.Attribute("Include")!.Value.StartsWith("OpenTelemetry", StringComparison.Ordinal)));
        Assert.Empty(offenders);
    }

    [Fact]
    public void Only_the_kernel_room_and_the_thin_client_call_into_libc()
    {
        var offenders = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => File.ReadAllText(f).Contains("[LibraryImport(", StringComparison.Ordinal))
            .Where(f => !f.Contains("/Pharos.Linux/", StringComparison.Ordinal) && !f.EndsWith("/Pharos/Client/ClientLibc.cs", StringComparison.Ordinal) && !f.Contains("/Pharos/Screens/", StringComparison.Ordinal));
        Assert.Empty(offenders);
    }

    private static IEnumerable<string> Projects() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories);
}
