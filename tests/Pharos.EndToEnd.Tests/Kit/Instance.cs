namespace Pharos.EndToEnd.Tests.Kit;

/// <summary>One instance as <c>GET /v1/instances</c> shows it. Not the record of the product: a name that changes there is to be noticed here.</summary>
internal sealed record Instance
{
    public string App { get; init; } = "";

    public int Index { get; init; }

    public string State { get; init; } = "";

    public string Readiness { get; init; } = "";

    public string? ReadinessReason { get; init; }

    public string? Status { get; init; }

    public int? Pid { get; init; }

    public int Incarnation { get; init; }

    public long Restarts { get; init; }

    public string? LastRestartReason { get; init; }

    public Ended? LastExit { get; init; }

    public string? Failure { get; init; }

    public string InstanceId { get; init; } = "";

    public string OutLog { get; init; } = "";

    public string ErrLog { get; init; } = "";

    public bool IsRunning => State == "running" && Pid is not null;
}

/// <summary>How a process ended.</summary>
internal sealed record Ended
{
    public string Reason { get; init; } = "";

    public int? Code { get; init; }

    public int? Signal { get; init; }

    public double UptimeSeconds { get; init; }

    public IReadOnlyList<string> LastLines { get; init; } = [];
}
