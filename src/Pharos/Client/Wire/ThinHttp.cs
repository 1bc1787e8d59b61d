namespace Pharos.Client.Wire;

/// <summary>
/// One request over a unix socket, its answer printed while it comes. System.Net.Sockets, System.Text.Json and System.Console
/// together would take twice as long to load as the whole command takes (measured: 45 of 76 ms).
/// </summary>
internal static class ThinHttp
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Sends the request and prints the answer: stdout when it went well, stderr when not.</summary>
    /// <param name="connection">To the daemon; one exchange each.</param>
    /// <param name="request">Complete request.</param>
    /// <param name="shell">Where to print.</param>
    /// <param name="silentStatus">An answer of this status is not printed: the caller has another plan then.</param>
    /// <param name="again">A connection that is closed before the first byte of an answer is not told to the user: the caller tries again.</param>
    public static Answer Exchange(UnixConnection connection, ReadOnlySpan<byte> request, Shell shell, int silentStatus = 0, bool again = false)
    {
        // A server that refuses early answers and closes before it has read all: what it said matters more than the failed write.
        var sent = connection.Send(request);
        var parser = new ResponseParser();
        var buffer = new byte[BufferBytes];
        var last = (byte)'\n';
        while (!parser.IsDone && !parser.IsBroken)
        {
            var n = connection.Receive(buffer);
            if (n == 0)
            {
                break;
            }

            ReadOnlySpan<byte> input = buffer.AsSpan(0, n);
            for (var piece = parser.Next(ref input); !piece.IsEmpty; piece = parser.Next(ref input))
            {
                last = piece[^1];
                if (parser.Status != silentStatus && !Shell.Write(IsOk(parser.Status) ? shell.Output : shell.Error, piece))
                {
                    return new(parser.Status, ExitCodes.Ok); // `pharos list | head -1`: the reader has seen enough
                }
            }
        }

        if (again && !parser.HasHead && !parser.IsBroken)
        {
            return new(Answer.Unanswered, ExitCodes.Failed);
        }

        if (parser.Status != silentStatus && last != '\n')
        {
            Shell.Write(IsOk(parser.Status) ? shell.Output : shell.Error, "\n"u8);
        }

        if (parser.IsBroken)
        {
            return new(0, shell.Fail("what answers on the socket does not speak HTTP; is another program using this PHAROS_HOME?"));
        }

        if (!parser.MayEndHere)
        {
            var when = parser.HasHead ? "in the middle of its answer" : sent ? "without an answer" : "before it had the whole request";
            return new(0, shell.Fail($"the daemon closed the connection {when}; its log is daemon.log in its home"));
        }

        return new(parser.Status, parser.ExitCode ?? (IsOk(parser.Status) ? ExitCodes.Ok : ExitCodes.Failed));
    }

    private static bool IsOk(int status) => status is >= 200 and < 300;

    /// <summary>How it went.</summary>
    /// <param name="Status">HTTP status; 0 when there was no complete answer.</param>
    /// <param name="ExitCode">What the command exits with.</param>
    public readonly record struct Answer(int Status, int ExitCode)
    {
        /// <summary>The status when not one byte came.</summary>
        public const int Unanswered = -1;
    }
}
