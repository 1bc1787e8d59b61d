using System.Collections.Concurrent;
using Pharos.Core.Ports;
using Pharos.Linux.Processes;

namespace Pharos.Linux.Tests.Processes;

public sealed class ChannelTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly ConcurrentQueue<string> _said = new();

    [Fact]
    public void What_the_process_says_is_heard_line_by_line_also_what_it_said_before()
    {
        var request = _sandbox.Shell("printf '\"rea' >&$NODE_CHANNEL_FD; printf 'dy\"\\n{\"a\":1}\\n' >&3; echo $NODE_CHANNEL_SERIALIZATION_MODE; echo said >&2; read x <&3; echo \"$x\"; sleep 60") with { NodeChannel = true };
        var child = _sandbox.Start(request);
        Eventually.True(() => child.Errors.Contains("said", StringComparison.Ordinal), () => "it has spoken");
        Assert.Null(Listen(child.Process));
        Eventually.True(() => _said.Count == 2, () => $"two messages, not {_said.Count}");
        Assert.Equal(["\"ready\"", "{\"a\":1}"], _said);
        Assert.Equal("json\n", child.Output);
    }

    [Fact]
    public void The_next_daemon_takes_the_channel_back_and_hears_what_was_said_meanwhile_and_the_process_sees_no_end()
    {
        var go = _sandbox.Dir.At("go");
        var child = _sandbox.Start(_sandbox.Shell($"while [ ! -e {go} ]; do sleep 0.02; done; printf '\"meanwhile\"\\n' >&3; read x <&3 && echo got || echo end; sleep 60") with { NodeChannel = true });
        child.Process.Dispose(); // the first daemon is gone
        File.WriteAllText(go, "");
        using var next = new ProcessHost();
        using var adopted = next.Adopt(child.Process.Identity, child.Request.Marker, _ => { });
        Assert.Null(Listen(adopted!));
        Eventually.True(() => !_said.IsEmpty, () => "the message is heard");
        Assert.Equal(["\"meanwhile\""], _said);
        Assert.Equal("", child.Output); // neither a message nor an end
    }

    [Fact]
    public void A_process_without_a_channel_says_why_nobody_can_listen()
    {
        var child = _sandbox.Start(_sandbox.Shell("sleep 60"));
        using var next = new ProcessHost();
        using var adopted = next.Adopt(child.Process.Identity, child.Request.Marker, _ => { });
        Assert.Contains("cannot be taken back", Listen(adopted!), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_without_end_is_passed_over_and_the_next_is_heard()
    {
        var child = _sandbox.Start(_sandbox.Shell("head -c 3000000 /dev/zero | tr '\\0' x >&3; printf '\\n\"next\"\\n' >&3; sleep 60") with { NodeChannel = true });
        Assert.Null(Listen(child.Process));
        Eventually.True(() => !_said.IsEmpty, () => "the next message is heard");
        Assert.Equal(["\"next\""], _said);
    }

    [Fact]
    public void What_is_sent_arrives_in_order_with_its_descriptor_also_when_the_process_reads_late()
    {
        var go = _sandbox.Dir.At("go");
        var child = _sandbox.Start(_sandbox.Shell($"while [ ! -e {go} ]; do sleep 0.02; done; exec python3 -c '{Reader}'") with { NodeChannel = true });
        Assert.Null(Listen(child.Process));
        var channel = child.Process.Channel(out _)!;
        var file = _sandbox.Dir.At("handed");
        using (var handed = File.OpenHandle(file, FileMode.Create, FileAccess.Write))
        {
            Assert.True(channel.Send("\"first\""));
            Assert.True(channel.Send("{\"cmd\":\"NODE_HANDLE\"}", handed));
        }

        for (var i = 0; i < 1000; i++)
            Assert.True(channel.Send($"\"{new string('x', 1000)}\"")); // far more than a socket holds
        Assert.True(channel.Send("\"last\""));
        File.WriteAllText(go, "");
        Eventually.True(() => child.Output.Contains("last", StringComparison.Ordinal), () => $"everything is read: {child.Output}{child.Errors}");
        Assert.Equal("\"first\" 1003 \"last\"\n", child.Output);
        Assert.Equal("through the descriptor", File.ReadAllText(file));
    }

    [Fact]
    public void A_process_that_reads_nothing_costs_a_bounded_queue()
    {
        var child = _sandbox.Start(_sandbox.Shell("sleep 60") with { NodeChannel = true });
        Assert.Null(Listen(child.Process));
        var channel = child.Process.Channel(out _)!;
        var message = $"\"{new string('x', 100_000)}\"";
        Assert.Contains(false, Enumerable.Range(0, 100).Select(_ => channel.Send(message)));
    }

    [Fact]
    public void A_closed_channel_is_seen_by_the_process_although_it_holds_a_copy_of_our_end()
    {
        var child = _sandbox.Start(_sandbox.Shell("read x <&3 && echo got || echo end; sleep 60") with { NodeChannel = true });
        Assert.Null(Listen(child.Process));
        child.Process.Channel(out _)!.Close();
        Eventually.True(() => child.Output == "end\n", () => $"it sees the end: {child.Output}");
    }

    public void Dispose() => _sandbox.Dispose();

    private const string Reader = """
        import array, os, socket
        s = socket.socket(fileno=3)
        data, descriptors = b"", []
        while b"last" not in data:
            chunk, control, _, _ = s.recvmsg(65536, 64)
            data += chunk
            for level, kind, content in control:
                descriptors += list(array.array("i", content[:4]))
        os.write(descriptors[0], b"through the descriptor")
        lines = data.decode().splitlines()
        print(lines[0], len(lines), lines[-1], flush=True)
        """;

    private string? Listen(IHostedProcess process)
    {
        if (process.Channel(out var refused) is not { } channel)
            return refused;
        channel.Listen((json, descriptor) => _said.Enqueue(json), () => { });
        return null;
    }
}
