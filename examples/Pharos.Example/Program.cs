using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pharos.Example;

/// <summary>A small HTTP app that can be told to crash, leak and log: something to supervise. See examples/README.md.</summary>
internal static class Program
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    private static readonly ManualResetEventSlim Stopping = new();

    private static int Main()
    {
        Clock.Start();
        var port = int.TryParse(Environment.GetEnvironmentVariable("PORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given : 8080;
        var instance = Environment.GetEnvironmentVariable("PHAROS_INSTANCE_INDEX")
            ?? Environment.GetEnvironmentVariable("NODE_APP_INSTANCE") ?? "0";
        var routes = new Routes(instance, Stopping.Set);
        using var server = new HttpServer(port, routes.Answer);
        try
        {
            server.Listen();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            Log.Error($"port {port} is in use: set PORT to another one");
            return 1;
        }

        Clock.Listening();
        new Thread(server.Run) { IsBackground = true }.Start();
        Log.Info($"listening on 127.0.0.1:{port}, pid {Environment.ProcessId}, instance {instance}");
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        for (var beat = 1; !Stopping.Wait(Heartbeat); beat++)
        {
            Log.Info($"still here, beat {beat}");
        }

        return Finish(server);
    }

    private static void Stop(PosixSignalContext context)
    {
        context.Cancel = true; // not at once: requests are answered first
        Log.Info($"got {context.Signal}, stopping");
        Stopping.Set();
    }

    private static int Finish(HttpServer server)
    {
        server.Dispose();
        var drained = SpinWait.SpinUntil(() => server.Busy == 0, Grace);
        Log.Info(drained ? "stopped" : "stopped, with requests unanswered");
        return 0;
    }
}
