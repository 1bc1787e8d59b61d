namespace Pharos.Core.Specs;

/// <summary>Which environment variables hold secrets, as far as their names tell.</summary>
public static class SecretNames
{
    /// <summary>What stands in the place of a secret's value.</summary>
    public const string Redacted = "[redacted]";

    private static readonly string[] Marks = ["SECRET", "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "APIKEY", "API_KEY", "PRIVATE_KEY", "ACCESS_KEY", "CREDENTIAL", "APP_KEY", "ENCRYPTION_KEY"];

    /// <summary>Whether a variable's name says that its value is a secret.</summary>
    /// <param name="name">Name of the variable.</param>
    /// <returns>True when it does.</returns>
    public static bool IsSecret(string name) => Marks.Any(m => name.Contains(m, StringComparison.OrdinalIgnoreCase));
}
