using System.Collections.Immutable;
using Pharos.Core.Identity;
using Pharos.Core.Ports;
using Pharos.Supervisor.Actors;
using Pharos.Telemetry.Instances;

namespace Pharos.Supervisor.Messages;

/// <summary>What is known of an instance by what it said. Immutable.</summary>
/// <param name="Channel">open, closed, or why there is none; null: it was given none.</param>
/// <param name="Actions">What it can be asked to do.</param>
/// <param name="Numbers">What it measured of itself, newest.</param>
public sealed record Heard(string? Channel, ImmutableArray<AppAction> Actions, ImmutableSortedDictionary<string, AppNumber> Numbers)
{
    /// <summary>Nothing is known.</summary>
    public static Heard Nothing { get; } = new(null, [], ImmutableSortedDictionary.Create<string, AppNumber>(StringComparer.Ordinal));
}

/// <summary>The talk with the processes of one instance: what they say goes to whom it concerns.</summary>
public sealed class InstanceSpeech
{
    private const int MostActions = 100, MostNumbers = 200;

    private readonly ActorServices _services;
    private readonly InstanceKey _key;
    private readonly IAppRuntime _runtime;
    private readonly InstanceTelemetry _telemetry;
    private readonly Lock _lock = new(); // guards all below: launcher, channel thread, requests
    private readonly Dictionary<int, Talk> _talks = [];
    private readonly List<(string Action, TaskCompletionSource<string> Answer)> _asked = [];
    private int _current;

    internal InstanceSpeech(ActorServices services, InstanceKey key, IAppRuntime runtime, InstanceTelemetry telemetry)
    {
        _services = services;
        _key = key;
        _runtime = runtime;
        _telemetry = telemetry;
    }

    /// <summary>Takes the word that a process can do its work.</summary>
    internal Action<int> Ready { private get; init; } = _ => { };

    /// <summary>Takes what was thrown in it.</summary>
    internal Action<int, RuntimeWord.Threw> Threw { private get; init; } = (_, _) => { };

    /// <summary>Takes the word that a process listens.</summary>
    internal Action<int> Listening { private get; init; } = _ => { };

    /// <summary>Takes the word that a process has finished what it was at, or cannot say so any more.</summary>
    internal Action<int> Drained { private get; init; } = _ => { };

    /// <summary>What is known by now of the newest process.</summary>
    public Heard Heard
    {
        get
        {
            lock (_lock)
                return _talks.TryGetValue(_current, out var talk) ? talk.Heard : Heard.Nothing;
        }
    }

    /// <summary>What a process that is about to be made is given.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Variables(int incarnation, IReadOnlyDictionary<string, string> env) => _runtime.Variables(_key, incarnation, env);

    /// <summary>Begins to talk with a process.</summary>
    /// <param name="incarnation">Its number.</param>
    /// <param name="process">It.</param>
    /// <param name="isNew">False: an earlier daemon made it.</param>
    /// <returns>Null when all is well; otherwise one line that says why there is no channel.</returns>
    internal string? Begin(int incarnation, IHostedProcess process, bool isNew)
    {
        var channel = process.Channel(out var refused);
        var talk = new Talk { Heard = Heard.Nothing with { Channel = channel is null ? refused : "open" } };
        lock (_lock)
        {
            // The second process of a reload does not speak for the instance yet.
            if (_talks.Count == 0)
                _current = incarnation;
            _talks[incarnation] = talk;
        }

        if (channel is null)
            return refused;
        var conversation = _runtime.Begin(_key, incarnation, process, channel, isNew, word => Take(incarnation, word));
        lock (_lock)
            talk.Conversation = conversation;
        return null;
    }

    /// <summary>The process is gone.</summary>
    internal void End(int incarnation)
    {
        Talk? talk;
        lock (_lock)
        {
            if (_talks.Remove(incarnation, out talk) && incarnation == _current)
            {
                _asked.ForEach(a => a.Answer.TrySetCanceled());
                _asked.Clear();
            }
        }

        talk?.Conversation?.Dispose();
    }

    /// <summary>The daemon goes; the processes stay.</summary>
    internal void EndAll()
    {
        int[] all;
        lock (_lock)
            all = [.. _talks.Keys];
        foreach (var incarnation in all)
            End(incarnation);
    }

    /// <summary>Another process is the instance's own from now on.</summary>
    internal void Switch(int incarnation)
    {
        lock (_lock)
            _current = incarnation;
    }

    /// <summary>Sends a value to the newest process.</summary>
    /// <returns>False when it cannot reach it.</returns>
    public bool Send(string json, int? incarnation = null)
    {
        lock (_lock)
            return _talks.TryGetValue(incarnation ?? _current, out var talk) && talk.Conversation?.Send(json) == true;
    }

    /// <summary>Takes a process off its listeners.</summary>
    /// <returns>False when it cannot be told, or has nothing to finish.</returns>
    internal bool Drain(int incarnation)
    {
        lock (_lock)
            return _talks.TryGetValue(incarnation, out var talk) && talk.Conversation?.Drain() == true;
    }

    /// <summary>Whether a process accepts from a listener that it shares.</summary>
    internal bool IsListening(int incarnation)
    {
        lock (_lock)
            return _talks.TryGetValue(incarnation, out var talk) && talk.Conversation?.IsListening == true;
    }

    /// <summary>Nothing is to come in the slot, or what came is ready.</summary>
    internal void Settled() => _runtime.Settled(_key);

    /// <summary>Asks the newest process to do something.</summary>
    /// <param name="action">Name.</param>
    /// <param name="parameterJson">What goes with it; null: nothing.</param>
    /// <param name="cancel">Gives up waiting for the answer.</param>
    /// <returns>The answer, JSON; null when it cannot reach the process.</returns>
    public async Task<string?> AskAsync(string action, string? parameterJson, CancellationToken cancel)
    {
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_talks.TryGetValue(_current, out var talk) || talk.Conversation is not { } conversation)
                return null;
            _asked.Add((action, answer));
            if (!conversation.Ask(action, parameterJson))
            {
                _asked.Remove((action, answer));
                return null;
            }
        }

        try
        {
            return await answer.Task.WaitAsync(cancel);
        }
        finally
        {
            lock (_lock)
                _asked.Remove((action, answer));
        }
    }

    private void Take(int incarnation, RuntimeWord word)
    {
        switch (word)
        {
            case RuntimeWord.Ready:
                Ready(incarnation);
                break;
            case RuntimeWord.Message x:
                _services.Messages.Publish(new AppMessage(_key, incarnation, x.Json, _services.Time.GetUtcNow()));
                break;
            case RuntimeWord.Threw x:
                Threw(incarnation, x);
                break;
            case RuntimeWord.Measured x:
                Note(incarnation, x.Numbers);
                break;
            case RuntimeWord.Offered x:
                Change(incarnation, h => h.Actions.Length >= MostActions ? h : h with { Actions = [.. h.Actions.Where(a => a.Name != x.Action.Name), x.Action] });

                break;
            case RuntimeWord.Answered x:
                lock (_lock)
                {
                    var at = _asked.FindIndex(a => a.Action == x.Action); // in the order in which they were asked
                    if (at < 0)
                        break;
                    _asked[at].Answer.TrySetResult(x.Json);
                    _asked.RemoveAt(at);
                }

                break;
            case RuntimeWord.Served x:
                _telemetry.Http.Take(x.Requests, _services.Time.GetTimestamp());
                break;
            case RuntimeWord.Listening:
                Listening(incarnation);
                break;
            case RuntimeWord.Drained:
                Drained(incarnation);
                break;
            case RuntimeWord.Disconnected:
                Drained(incarnation);
                Change(incarnation, h => h with { Channel = "closed" });

                break;
        }
    }

    private void Note(int incarnation, ImmutableArray<AppNumber> numbers)
    {
        Change(incarnation, h =>
        {
            var known = h.Numbers.ToBuilder();
            foreach (var number in numbers)
            {
                if (known.Count < MostNumbers || known.ContainsKey(number.Name))
                    known[number.Name] = number;
            }

            return h with { Numbers = known.ToImmutable() };
        });
        if (Volatile.Read(ref _current) == incarnation)
            _telemetry.App.Take(numbers);
    }

    private void Change(int incarnation, Func<Heard, Heard> change)
    {
        lock (_lock)
        {
            if (_talks.TryGetValue(incarnation, out var talk))
                talk.Heard = change(talk.Heard);
        }
    }

    private sealed class Talk
    {
        public IConversation? Conversation { get; set; }

        public required Heard Heard { get; set; }
    }
}
