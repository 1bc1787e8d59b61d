namespace Pharos.Exporters.Shipping;

/// <summary>How one destination of logs is served.</summary>
internal sealed class ShippingOptions
{
    /// <summary>Folder of the checkpoint; null: in memory only.</summary>
    public string? Folder { get; init; }

    /// <summary>The destination without secrets, for people.</summary>
    public required string Destination { get; init; }

    /// <summary>What the checkpoint is kept under: the destination's name, so that a better URL or key goes on where the worse one stood.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>Most records of a batch.</summary>
    public int MaxRecords { get; init; } = 4096;

    /// <summary>Largest request before compression, bytes.</summary>
    public int MaxRequestBytes { get; init; } = 3 * 1024 * 1024;

    /// <summary>Longest wait of a line for company.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How far back a destination that was not known before begins; zero: now.</summary>
    public TimeSpan LookBack { get; init; }

    /// <summary>One sentence for the daemon's own log.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
