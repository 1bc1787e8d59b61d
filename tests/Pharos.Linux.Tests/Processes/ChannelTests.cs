using System.Collections.Concurrent;
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
        Assert.Null(child.Process.Listen(_said.Enqueue));
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
        Assert.Null(adopted!.Listen(_said.Enqueue));
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
        Assert.Contains("cannot be taken back", adopted!.Listen(_said.Enqueue), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_without_end_is_passed_over_and_the_next_is_heard()
    {
        var child = _sandbox.Start(_sandbox.Shell("head -c 3000000 /dev/zero | tr '\\0' x >&3; printf '\\n\"next\"\\n' >&3; sleep 60") with { NodeChannel = true });
        Assert.Null(child.Process.Listen(_said.Enqueue));
        Eventually.True(() => !_said.IsEmpty, () => "the next message is heard");
        Assert.Equal(["\"next\""], _said);
    }

    public void Dispose() => _sandbox.Dispose();
}
