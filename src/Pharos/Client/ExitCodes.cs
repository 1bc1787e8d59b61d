namespace Pharos.Client;

/// <summary>What every verb exits with.</summary>
internal static class ExitCodes
{
    /// <summary>It went well.</summary>
    public const int Ok = 0;

    /// <summary>It was understood and did not go well.</summary>
    public const int Failed = 1;

    /// <summary>It was not understood.</summary>
    public const int Usage = 2;
}
