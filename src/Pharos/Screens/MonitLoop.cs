using System.Threading.Channels;
using Pharos.Contracts.Client;

namespace Pharos.Screens;

/// <summary>
/// Everything that happens becomes an input on one channel; the loop takes what is there, changes the model, and shows one frame.
/// </summary>
internal sealed class MonitLoop(MonitModel model, PharosClient client, Tty tty) : IDisposable
{
    private const int FirstLines = 200, KeyWaitMilliseconds = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<Action> _inputs = Channel.CreateUnbounded<Action>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource? _following;
    private string? _followed;
    private Task _follower = Task.CompletedTask;
    private bool _quit;

    /// <summary>Runs until the user quits or <see cref="Quit"/> is called.</summary>
    public async Task Run()
    {
        var keys = Task.Factory.StartNew(ReadKeys, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var instances = PollInstances(_stop.Token);
        try
        {
            Show();
            while (!_quit)
            {
                var input = await _inputs.Reader.ReadAsync(_stop.Token);
                do
                {
                    input();
                }
                while (!_quit && _inputs.Reader.TryRead(out input!));
                Follow();
                Show();
            }
        }
        finally
        {
            await _stop.CancelAsync();
            await Task.WhenAll(keys, instances, _follower);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _following?.Dispose();
    }

    /// <summary>Ends the loop. Safe from any thread.</summary>
    public void Quit() => _inputs.Writer.TryWrite(() => _quit = true);

    /// <summary>The terminal has another size. Safe from any thread.</summary>
    public void Resized() => _inputs.Writer.TryWrite(static () => { });

    private void Show()
    {
        var (width, height) = tty.Size();
        tty.Show(MonitFrame.Render(model, width, height));
    }

    private void ReadKeys()
    {
        var buffer = new byte[256];
        while (!_stop.IsCancellationRequested)
        {
            var n = Tty.Read(buffer, KeyWaitMilliseconds);
            if (n < 0)
            {
                Quit(); // the terminal is gone
                return;
            }

            foreach (var key in MonitKeys.Read(buffer.AsSpan(0, n)))
            {
                _inputs.Writer.TryWrite(() => Press(key));
            }
        }
    }

    private void Press(MonitKey key)
    {
        switch (model.Press(key, MonitFrame.LogLines(model, tty.Size().Height)))
        {
            case MonitOrder.Quit:
                _quit = true;
                break;
            case MonitOrder.Operate operation:
                model.Say($"{operation.Verb} {operation.Selector} …");
                _ = Operate(operation); // its end is an input like any other; it never throws
                break;
        }
    }

    private async Task Operate(MonitOrder.Operate operation)
    {
        string result;
        try
        {
            await (operation.Verb switch
            {
                "start" => client.Start(operation.Selector, _stop.Token),
                "stop" => client.Stop(operation.Selector, _stop.Token),
                _ => client.Restart(operation.Selector, _stop.Token),
            });
            result = $"{operation.Verb} {operation.Selector}: done";
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e) // whatever it is, the screen stays and says it
        {
            result = e.Message;
        }

        _inputs.Writer.TryWrite(() => model.Say(result));
    }

    private async Task PollInstances(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                try
                {
                    var instances = await client.Instances(cancellation: stop);
                    _inputs.Writer.TryWrite(() => model.Show(instances));
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    var why = e is HttpRequestException ? "no daemon answers, trying again" : e.Message;
                    _inputs.Writer.TryWrite(() => model.Lost = why);
                }
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // the screen is closing
        }
    }

    // The log is that of the selected instance: another selection, another stream.
    private void Follow()
    {
        var wanted = model.Current is { } it ? MonitModel.KeyOf(it) : null;
        if (wanted == _followed)
        {
            return;
        }

        _followed = wanted;
        _following?.Cancel(); // it disposes itself when its stream has ended
        _following = null;
        model.ClearLog();
        if (wanted is not null)
        {
            _following = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            _follower = FollowOne(wanted, _follower, _following);
        }
    }

    private async Task FollowOne(string selector, Task before, CancellationTokenSource mine)
    {
        await before;
        using (mine)
        {
            var stop = mine.Token;
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    _inputs.Writer.TryWrite(() => Take(selector, static m => m.ClearLog()));
                    await foreach (var line in client.Logs(selector, FirstLines, follow: true, cancellation: stop))
                    {
                        _inputs.Writer.TryWrite(() => Take(selector, m => m.Add(line)));
                    }

                    await Task.Delay(Interval, stop);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                catch (Exception) // the daemon is away: the title says so, and the stream begins anew when it is back
                {
                    await Task.Delay(Interval, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
                }
            }
        }
    }

    // A line that was under way when the selection changed belongs to nobody.
    private void Take(string selector, Action<MonitModel> change)
    {
        if (selector == _followed)
        {
            change(model);
        }
    }
}
