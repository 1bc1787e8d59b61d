namespace Pharos.Client.Startup;

/// <summary>What a service needs to know.</summary>
/// <param name="Name">Name of the service, without a suffix.</param>
/// <param name="Command">The program and its arguments before the verb.</param>
/// <param name="Home">PHAROS_HOME, absolute.</param>
/// <param name="User">Whose daemon it is.</param>
/// <param name="System">A service of the machine, not of the user.</param>
internal sealed record ServiceFacts(string Name, string[] Command, string Home, string User, bool System)
{
    /// <summary>First line of everything that startup writes: unstartup touches nothing else.</summary>
    public const string Mark = "# Made by 'pharos startup'; 'pharos unstartup' removes it.";

    /// <summary>Settings of the daemon, 0600: headers for a telemetry destination are secrets.</summary>
    public string Variables => Home + "/daemon.env";
}
