using System.Globalization;
using Pharos.Contracts.Text;
using Pharos.Core.Ports;
using Pharos.Core.Specs;
using Pharos.Supervisor.Actors;

namespace Pharos.Api;

/// <summary>What an instance is held to, in words.</summary>
internal static class LimitText
{
    /// <summary>What is in force, and what was asked for and is not.</summary>
    public static IReadOnlyList<string> Of(ResourceSpec asked, InstanceSnapshot it)
    {
        if (it.Process is null)
            return [];
        List<string> lines = [.. it.LimitsInForce.Select(l => $"{l.Resource} {Value(l.Resource, l.Value)} ({l.Means})")];
        Lacking(LimitInForce.Memory, asked.MemoryBytes);
        Lacking(LimitInForce.Cpu, asked.CpuPercent);
        Lacking(LimitInForce.Tasks, asked.Tasks);
        return lines;

        void Lacking(string resource, double? value)
        {
            if (value is { } wanted && !it.LimitsInForce.Any(l => l.Resource == resource))
                lines.Add($"{resource} {Value(resource, wanted)} (not in force: no control group is writable)");
        }
    }

    private static string Value(string resource, double value) => resource switch
    {
        LimitInForce.Memory => Humanize.Bytes((long)value),
        LimitInForce.Cpu => string.Create(CultureInfo.InvariantCulture, $"{value:0.##} %"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0}"),
    };
}
