namespace Pharos.Logs.Pump;

/// <summary>What is left to the helper while reads fill the buffer.</summary>
internal sealed partial class StreamTail
{
    private readonly PumpHelper? _helper;
    private bool _floods; // the last read filled the buffer
    private bool _isHelped; // something of it is with the helper, or may be
    private byte[]? _lent; // a buffer of the helper's, as long as it is ours

    /// <summary>Reads into a buffer that the helper may have afterwards, when it is time for that.</summary>
    private bool ReadWithHelper(byte[] buffer)
    {
        _lent = _floods && _limit == Most && !_isLookedAt && !_log.IsFollowed ? _helper?.Rent() : null;
        try
        {
            return ReadSpool(_lent ?? buffer);
        }
        finally
        {
            if (_lent is not null)
                _helper!.Return(_lent);
            _lent = null;
        }
    }

    /// <summary>Whole lines at the beginning of the lent buffer are counted by the helper, while the next ones are written.</summary>
    /// <returns><paramref name="end"/>.</returns>
    private int LeaveToHelper(int first, int end)
    {
        if (end == first)
            return end;
        _isHelped = true;
        _helper!.Count(_log, Stderr, _lent!, first..end);
        _lent = null;
        return end;
    }

    /// <summary>Waits for what the helper has of it.</summary>
    private void Join()
    {
        if (!_isHelped)
            return;
        _isHelped = false;
        _helper!.Join();
    }

    private void JoinAnyway()
    {
        try
        {
            Join();
        }
        catch (IOException)
        {
            // Ignoring: what could not be freed goes with the spool file.
        }
    }
}
