namespace Pharos.Serve;

/// <summary>What a static site is to be.</summary>
internal sealed record ServeSettings
{
    /// <summary>The folder, absolute.</summary>
    public required string Root { get; init; }

    /// <summary>Port to listen on.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Address to listen on.</summary>
    public string Host { get; init; } = "0.0.0.0";

    /// <summary>What is not there is answered with the page of the root: the application in the page knows the path.</summary>
    public bool SinglePage { get; init; }

    /// <summary>Folders without a page are listed.</summary>
    public bool Listing { get; init; }

    /// <summary>Page of a folder.</summary>
    public string Index { get; init; } = "index.html";

    /// <summary>Who may see it; null: everybody.</summary>
    public string? User { get; init; }

    /// <summary>By which password.</summary>
    public string? Password { get; init; }

    /// <summary>Reads what the environment says: an app's configuration comes by that way.</summary>
    /// <param name="variable">A variable's value; null when it is unset or empty.</param>
    /// <param name="cwd">What a relative path is relative to.</param>
    /// <param name="fault">One line that says what is wrong; null: nothing.</param>
    public static ServeSettings? Of(Func<string, string?> variable, string cwd, out string? fault)
    {
        fault = null;
        var port = variable("PM2_SERVE_PORT") ?? variable("PORT") ?? "8080";
        if (!ushort.TryParse(port, out var number) || number == 0)
        {
            fault = $"PM2_SERVE_PORT '{port}' is not a port: write a number from 1 to 65535";
            return null;
        }

        var auth = variable("PM2_SERVE_BASIC_AUTH") == "true";
        return new()
        {
            Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(variable("PM2_SERVE_PATH") ?? ".", cwd)),
            Port = number,
            Host = variable("PM2_SERVE_HOST") ?? "0.0.0.0",
            SinglePage = variable("PM2_SERVE_SPA") == "true",
            Listing = variable("PM2_SERVE_FTP") == "true" || variable("PM2_SERVE_DIRECTORY") == "true",
            Index = (variable("PM2_SERVE_HOMEPAGE") ?? "index.html").TrimStart('/'),
            User = auth ? variable("PM2_SERVE_BASIC_AUTH_USERNAME") : null,
            Password = auth ? variable("PM2_SERVE_BASIC_AUTH_PASSWORD") : null,
        };
    }
}
