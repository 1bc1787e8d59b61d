using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Pharos.Daemon.Service;

/// <summary>The service manager that started this daemon, told over <c>NOTIFY_SOCKET</c> how it goes: sd_notify(3), by hand.</summary>
/// <remarks>The variables are taken out of the environment when they are read: they are for this process, and no app may speak in its name.</remarks>
internal sealed class ServiceManager : IDisposable
{
    private static readonly string[] Variables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _address;

    private ServiceManager(string? address, TimeSpan? watchdog)
    {
        Watchdog = watchdog;
        if (address is null)
            return;
        _address = new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    }

    /// <summary>How long the service manager waits for a sign of life before it ends us; null: it does not wait for one.</summary>
    public TimeSpan? Watchdog { get; }

    /// <summary>Its name, for people; null: nobody wants to be told.</summary>
    public string? Name => _socket is null ? null : "systemd";

    /// <summary>Reads the variables, and takes them out of this process's environment.</summary>
    /// <returns>Somebody to tell, or one that takes no notice.</returns>
    public static ServiceManager FromEnvironment()
    {
        var values = Variables.ToDictionary(v => v, v => Environment.GetEnvironmentVariable(v) is { Length: > 0 } value ? value : null);
        foreach (var variable in Variables)
            Environment.SetEnvironmentVariable(variable, null);
        return From(values.GetValueOrDefault, Environment.ProcessId);
    }

    internal static ServiceManager From(Func<string, string?> variable, int pid)
    {
        var address = variable("NOTIFY_SOCKET");
        if (address is not (['/', _, ..] or ['@', _, ..]) || Encoding.UTF8.GetByteCount(address) > 107)
            address = null;
        var forUs = variable("WATCHDOG_PID") is not { } of || of == pid.ToString(CultureInfo.InvariantCulture);
        var watchdog = address is not null && forUs && long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var micros) && micros > 0
            ? TimeSpan.FromMicroseconds(micros)
            : (TimeSpan?)null;
        return new ServiceManager(address, watchdog);
    }

    /// <summary>The start is over: apps are back, requests are answered.</summary>
    public void Ready(string status) => Tell($"READY=1\nSTATUS={status}\nMAINPID={Environment.ProcessId}");

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public void Status(string status) => Tell($"STATUS={status}");

    /// <summary>A sign of life.</summary>
    public void Alive() => Tell("WATCHDOG=1");

    /// <summary>The end has begun.</summary>
    public void Stopping(string status) => Tell($"STOPPING=1\nSTATUS={status}");

    private void Tell(string message)
    {
        try
        {
            _socket?.SendTo(Encoding.UTF8.GetBytes(message), _address!);
        }
        catch (SocketException)
        {
            // Ignoring: a service manager that is gone or does not listen is no reason to disturb the apps. A missing sign of life speaks for itself.
        }
    }

    public void Dispose() => _socket?.Dispose();
}
