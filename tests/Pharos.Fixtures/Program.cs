using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Pharos.Fixtures;

/// <summary>Tiny child programs, chosen by a verb. System.Console is kept out: loading it would double the start-up time.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        switch (args.Length == 0 ? "" : args[0])
        {
            case "heartbeat":
                return Heartbeat.Run(args[1]);
            case "stays-up":
                Out.Line("ready");
                return StayUp();
            case "exits-with":
                Thread.Sleep(args.Length > 2 ? Number(args[2]) : 0);
                return Number(args[1]);
            case "ignores-sigterm":
                Sys.Ignore(Sys.SIGINT);
                Sys.Ignore(Sys.SIGTERM);
                Out.Line("ready");
                return StayUp();
            case "leaves-grandchildren":
                return Family.Raise();
            case "spews":
                return Spew(Number(args[1]), Number(args[2]));
            case "half-lines":
                return HalfLines();
            case "slow-ready":
                Thread.Sleep(Number(args[1]));
                Out.Line("ready");
                return StayUp();
            case "notifies":
                return Notify(args[1] == "-" ? Environment.GetEnvironmentVariable("NOTIFY_SOCKET")! : args[1], args[2..]);
            case "serves":
                return Serve(Number(args[1]), args[2]);
            default:
                Out.Line("verbs: stays-up | exits-with CODE [AFTER-MS] | ignores-sigterm | leaves-grandchildren | spews LINES RATE | half-lines | slow-ready MS | heartbeat FILE | notifies ADDRESS|- MESSAGE... [stay] | serves PORT STATUS-FILE");
                return 64;
        }
    }

    /// <summary>Answers every request with the status that stands in a file.</summary>
    private static int Serve(int port, string file)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, port);
        listener.Start();
        Out.Line($"listening on {port}");
        var buffer = new byte[4096];
        while (true)
        {
            using var client = listener.AcceptSocket();
            try
            {
                client.Receive(buffer);
                client.Send(Encoding.ASCII.GetBytes($"HTTP/1.1 {File.ReadAllText(file).Trim()} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            }
            catch (SocketException)
            {
                // It went away.
            }
        }
    }

    /// <summary>Messages of sd_notify(3), one after the other.</summary>
    private static int Notify(string address, string[] messages)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        foreach (var message in messages)
        {
            if (message == "stay")
                return StayUp();
            socket.SendTo(Encoding.UTF8.GetBytes(message), new UnixDomainSocketEndPoint(address.StartsWith('@') ? "\0" + address[1..] : address));
        }

        return 0;
    }

    private static int StayUp()
    {
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    /// <summary>Numbered lines, RATE a second (0: as fast as it goes).</summary>
    private static int Spew(int lines, int rate)
    {
        var began = Environment.TickCount64;
        for (var i = 1; i <= lines; i++)
        {
            Out.Line($"line {i}");
            var ahead = rate == 0 ? 0 : (i * 1000L / rate) - (Environment.TickCount64 - began);
            if (ahead > 0)
                Thread.Sleep((int)ahead);
        }

        return 0;
    }

    private static int HalfLines()
    {
        foreach (var piece in (string[])["first ", "half\nsec", "ond\n", "\nlast without an end"])
        {
            Out.Text(piece);
            Thread.Sleep(20);
        }

        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
