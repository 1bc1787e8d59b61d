using System.Globalization;
using Pharos.Contracts;
using Pharos.Linux.Daemon;
using Pharos.Telemetry;

namespace Pharos.Daemon;

/// <summary>What a daemon leaves to the executable that takes its process over: the order it comes from, and the numbers of its open descriptors.</summary>
/// <remarks>One variable of the environment; docs/adr/0008 says why the process is kept.</remarks>
internal sealed record Handover(string Id, string From, DateTimeOffset At, int Lock, int Socket)
{
    /// <summary>Name of the variable.</summary>
    public const string Variable = "PHAROS_HANDOVER";

    /// <summary>Reads it, and takes it away: it is for this program and nobody after it.</summary>
    /// <returns>Null when this process was not taken over.</returns>
    public static Handover? Take()
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, null);
        return text?.Split(';') is [var id, var from, var at, var held, var socket]
            && long.TryParse(at, CultureInfo.InvariantCulture, out var ms) && int.TryParse(held, out var lockFd) && int.TryParse(socket, out var socketFd)
            ? new Handover(id, from, DateTimeOffset.FromUnixTimeMilliseconds(ms), lockFd, socketFd)
            : null;
    }

    /// <summary>Lets the executable take this process over. Comes back only when it did not work.</summary>
    /// <returns>What to tell of it.</returns>
    public static UpdateView Run(UpdateRequest order, DateTimeOffset at, FileLock only, ControlSocket control)
    {
        var handover = new Handover(order.Id, PharosActivity.Version, at, (int)only.Handle.DangerousGetHandle(), (int)control.Socket.SafeHandle.DangerousGetHandle());
        var value = string.Create(CultureInfo.InvariantCulture, $"{handover.Id};{handover.From};{at.ToUnixTimeMilliseconds()};{handover.Lock};{handover.Socket}");
        var error = ExecInPlace.Run(order.Executable, Variable, value, without: ["PHAROS_READY_FD"], only.Handle, control.Socket.SafeHandle);
        return new UpdateView { Id = order.Id, From = PharosActivity.Version, Executable = order.Executable, Pid = Environment.ProcessId, Error = error };
    }

    /// <summary>It worked: this is the executable.</summary>
    /// <param name="kept">Processes that were kept.</param>
    public UpdateView Succeeded(int kept) => new()
    {
        Id = Id,
        From = From,
        To = PharosActivity.Version,
        Executable = Environment.ProcessPath ?? "",
        Pid = Environment.ProcessId,
        Kept = kept,
        Seconds = Math.Max(0, (TimeProvider.System.GetUtcNow() - At).TotalSeconds),
    };
}
