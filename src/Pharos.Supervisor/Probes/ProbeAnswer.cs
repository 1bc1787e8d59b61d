namespace Pharos.Supervisor.Probes;

/// <summary>What a probe was told.</summary>
/// <param name="Good">All is well.</param>
/// <param name="Why">One line when it is not; never holds a secret of the app.</param>
internal readonly record struct ProbeAnswer(bool Good, string Why)
{
    public static ProbeAnswer Yes => new(true, "");

    public static ProbeAnswer No(string why) => new(false, why.Length > 200 ? why[..200] + "…" : why);
}

/// <summary>Asks once.</summary>
internal interface IProbeCheck
{
    /// <summary>Asks; never throws but for <paramref name="cancel"/>.</summary>
    Task<ProbeAnswer> AskAsync(CancellationToken cancel);
}
