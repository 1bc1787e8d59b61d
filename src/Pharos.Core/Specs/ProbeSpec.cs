namespace Pharos.Core.Specs;

/// <summary>How a probe asks. A closed set: it is a metric attribute.</summary>
public enum ProbeKind
{
    /// <summary>A GET that is answered with an accepted status, and body where one is asked for.</summary>
    Http,

    /// <summary>A connection that is accepted.</summary>
    Tcp,

    /// <summary>A command that ends with code 0.</summary>
    Exec,

    /// <summary>The app itself says so by the protocol of sd_notify(3): READY=1, WATCHDOG=1.</summary>
    Notify,

    /// <summary>A line of its output matches.</summary>
    Log,

    /// <summary>A Node app says so: <c>process.send('ready')</c>.</summary>
    Ipc,
}

/// <summary>How to find out whether an instance can do its work (readiness) or is beyond help (liveness).</summary>
public sealed record ProbeSpec
{
    /// <summary>How it asks.</summary>
    public required ProbeKind Kind { get; init; }

    /// <summary>URL; host:port or the path of a socket; command line for the shell; pattern (regular expression); empty for <see cref="ProbeKind.Notify"/> and <see cref="ProbeKind.Ipc"/>.
    /// <c>${NAME}</c> in a URL or address stands for the variable of the instance.</summary>
    public string Target { get; init; } = "";

    /// <summary>Accepted HTTP statuses, inclusive ranges.</summary>
    public EquatableArray<StatusRange> Statuses { get; init; } = [new StatusRange(200, 399)];

    /// <summary>Regular expression that the body of the answer must match (its first 64 KiB); null: any.</summary>
    public string? Body { get; init; }

    /// <summary>Time from one answer to the next question; of a notify liveness probe, the longest silence.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An answer that takes longer is none.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Failures within this time after the start do not count, as long as there was no success.</summary>
    public TimeSpan StartPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Failures in a row after which it counts as failed.</summary>
    public int Failures { get; init; } = 3;

    /// <summary>Successes in a row after which it counts as good.</summary>
    public int Successes { get; init; } = 1;

    /// <summary>How long what depends on the app waits for it to get ready.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Reads a check as people write it: a URL, <c>tcp:[HOST:]PORT</c>, <c>tcp:/PATH</c>, <c>exec:COMMAND</c>, <c>notify</c>, <c>ipc</c>, <c>log:PATTERN</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kind">How it asks.</param>
    /// <param name="target">What of.</param>
    /// <returns>False when it is none of these.</returns>
    public static bool TryParseCheck(string text, out ProbeKind kind, out string target)
    {
        (kind, target) = (ProbeKind.Notify, "");
        if (text == "notify")
            return true;
        if (text == "ipc")
        {
            kind = ProbeKind.Ipc;
            return true;
        }

        if (text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal))
        {
            (kind, target) = (ProbeKind.Http, text);
            return text.Contains("${", StringComparison.Ordinal) || Uri.TryCreate(text, UriKind.Absolute, out _);
        }

        if (text.StartsWith("tcp:", StringComparison.Ordinal))
        {
            // tcp://host:port is how a URL has it; tcp:/path is a socket in the file system.
            var address = text["tcp:".Length..];
            (kind, target) = (ProbeKind.Tcp, address.StartsWith("//", StringComparison.Ordinal) ? address[2..] : address);
            return IsAddress(target);
        }

        if (text.StartsWith("exec:", StringComparison.Ordinal))
        {
            (kind, target) = (ProbeKind.Exec, text["exec:".Length..].Trim());
            return target.Length > 0;
        }

        if (!text.StartsWith("log:", StringComparison.Ordinal))
            return false;
        (kind, target) = (ProbeKind.Log, text["log:".Length..]);
        return IsPattern(target);
    }

    /// <summary>The check as <see cref="TryParseCheck"/> reads it back.</summary>
    public string Check => Kind switch
    {
        ProbeKind.Http => Target,
        ProbeKind.Tcp => "tcp:" + Target,
        ProbeKind.Exec => "exec:" + Target,
        ProbeKind.Log => "log:" + Target,
        ProbeKind.Notify => "notify",
        ProbeKind.Ipc => "ipc",
    };

    /// <summary>Whether a text is a regular expression that can be matched in time linear in the input.</summary>
    public static bool IsPattern(string text)
    {
        try
        {
            return text.Length > 0 && new System.Text.RegularExpressions.Regex(text, System.Text.RegularExpressions.RegexOptions.NonBacktracking) is not null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private static bool IsAddress(string target)
    {
        if (target.StartsWith('/'))
            return target.Length > 1;
        var port = target[(target.LastIndexOf(':') + 1)..];
        return port.Contains("${", StringComparison.Ordinal) || (ushort.TryParse(port, out var number) && number > 0);
    }
}

/// <summary>HTTP statuses from one to another, both included.</summary>
/// <param name="From">The lowest.</param>
/// <param name="To">The highest.</param>
public readonly record struct StatusRange(int From, int To)
{
    /// <summary>Reads <c>200</c>, <c>200-299</c>, or several with commas.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ranges">The ranges.</param>
    /// <returns>False when it is none, or outside 100..599.</returns>
    public static bool TryParse(string text, out EquatableArray<StatusRange> ranges)
    {
        List<StatusRange> read = [];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', StringSplitOptions.TrimEntries);
            if (ends.Length > 2 || !int.TryParse(ends[0], out var from) || !int.TryParse(ends[^1], out var to) || from < 100 || to > 599 || from > to)
            {
                ranges = [];
                return false;
            }

            read.Add(new(from, to));
        }

        ranges = [.. read];
        return read.Count > 0;
    }

    /// <inheritdoc/>
    public override string ToString() => From == To ? $"{From}" : $"{From}-{To}";
}
