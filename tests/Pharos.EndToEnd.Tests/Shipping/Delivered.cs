using System.Text.Json;
using Pharos.TestKit.Stack;

namespace Pharos.EndToEnd.Tests.Shipping;

/// <summary>What the Collector wrote down of some apps' output, instance by instance, read request by request: a million records do not fit into memory as objects.</summary>
internal sealed class Delivered
{
    /// <summary>The bodies of each instance in their order, by service.name and service.instance.id.</summary>
    public Dictionary<(string Service, string Instance), List<string>> Lines { get; } = [];

    /// <summary>How many there are.</summary>
    public int Count => Lines.Values.Sum(l => l.Count);

    /// <summary>Reads the Collector's file.</summary>
    /// <param name="stack">The servers.</param>
    /// <param name="services">Whose lines.</param>
    public static Delivered Of(RealStack stack, params IReadOnlyCollection<string> services)
    {
        var delivered = new Delivered();
        using var reader = new StreamReader(new FileStream(stack.LogsFile, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (!line.EndsWith('}') || !services.Any(s => line.Contains(s, StringComparison.Ordinal)))
                continue;
            try
            {
                using var request = JsonDocument.Parse(line);
                delivered.Add(request.RootElement, services);
            }
            catch (JsonException) when (reader.EndOfStream)
            {
                break; // the Collector is in the middle of it
            }
        }

        return delivered;
    }

    private void Add(JsonElement request, IReadOnlyCollection<string> services)
    {
        foreach (var place in request.GetProperty("resourceLogs").EnumerateArray())
        {
            var attributes = place.GetProperty("resource").GetProperty("attributes").EnumerateArray()
                .ToDictionary(a => a.GetProperty("key").GetString()!, a => a.GetProperty("value").TryGetProperty("stringValue", out var text) ? text.GetString()! : "");
            if (!services.Contains(attributes["service.name"]))
                continue;
            var key = (attributes["service.name"], attributes["service.instance.id"]);
            if (!Lines.TryGetValue(key, out var lines))
                Lines[key] = lines = [];
            foreach (var record in place.GetProperty("scopeLogs").EnumerateArray().SelectMany(s => s.GetProperty("logRecords").EnumerateArray()))
            {
                if (!record.TryGetProperty("eventName", out var name) || name.GetString() is null or "")
                    lines.Add(record.GetProperty("body").GetProperty("stringValue").GetString()!);
            }
        }
    }
}
