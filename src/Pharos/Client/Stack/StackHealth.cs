using System.Text;
using Pharos.Client.Wire;

namespace Pharos.Client.Stack;

/// <summary>Asks the servers whether they are ready, from outside: some of the images have nothing that could ask inside.</summary>
internal static class StackHealth
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Asks each once, all at the same time.</summary>
    /// <returns>Each with what is wrong; null: it is ready.</returns>
    public static async Task<(StackServer Server, string? Fault)[]> AskAsync(IReadOnlyList<StackServer> servers)
    {
        using var http = new HttpClient { Timeout = Timeout };
        return await Task.WhenAll(servers.Select(async s => (s, await FaultAsync(http, s))));
    }

    /// <summary>Asks until all are ready.</summary>
    /// <returns>Those that are not when the time is over, with what they said last.</returns>
    public static async Task<List<(StackServer Server, string Fault)>> WaitAsync(IReadOnlyList<StackServer> servers, TimeSpan patience)
    {
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            var waiting = (await AskAsync(servers)).Where(s => s.Fault is not null).Select(s => (s.Server, s.Fault!)).ToList();
            if (waiting.Count == 0 || Environment.TickCount64 > until)
                return waiting;
            await Task.Delay(Pause);
        }
    }

    /// <summary>For people.</summary>
    public static string Text((StackServer Server, string? Fault)[] asked)
    {
        var text = new StringBuilder();
        foreach (var (server, fault) in asked)
            text.Append($"{server.Name,-13}http://{server.Address,-22}{(fault is null ? "ready" : $"not ready: {fault}")}\n");
        return text.ToString();
    }

    /// <summary>For programs: an array of objects with name, address, ready and fault (null when ready).</summary>
    public static string Json((StackServer Server, string? Fault)[] asked)
    {
        var json = new JsonText().Begin('[');
        foreach (var (server, fault) in asked)
        {
            json.Begin('{').Name("name").Value(server.Name).Name("address").Value(server.Address).Name("ready").Value(fault is null);
            if (fault is not null)
                json.Name("fault").Value(fault);
            json.End('}');
        }

        return Encoding.UTF8.GetString(json.End(']').ToBytes()) + "\n";
    }

    private static async Task<string?> FaultAsync(HttpClient http, StackServer server)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(server.Ready));
            return answer.IsSuccessStatusCode ? null : $"it answers {(int)answer.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return e.InnerException?.Message ?? e.Message;
        }
        catch (TaskCanceledException)
        {
            return $"no answer within {Timeout.TotalSeconds} s";
        }
    }
}
