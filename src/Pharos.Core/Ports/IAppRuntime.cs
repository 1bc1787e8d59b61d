using System.Collections.Immutable;
using Pharos.Core.Identity;
using Pharos.Core.Specs;

namespace Pharos.Core.Ports;

/// <summary>What the processes of an app said, understood. A closed family.</summary>
public abstract record RuntimeWord
{
    private RuntimeWord()
    {
    }

    /// <summary>It can do its work.</summary>
    public sealed record Ready : RuntimeWord;

    /// <summary>A value of the app's own.</summary>
    /// <param name="Json">As it came.</param>
    public sealed record Message(string Json) : RuntimeWord;

    /// <summary>Numbers that the app takes of itself.</summary>
    /// <param name="Numbers">By name, newest.</param>
    public sealed record Measured(ImmutableArray<AppNumber> Numbers) : RuntimeWord;

    /// <summary>Something was thrown in it.</summary>
    /// <param name="Type">Name of the class of error.</param>
    /// <param name="Text">Its message.</param>
    /// <param name="Stack">Its stack; empty: none.</param>
    public sealed record Threw(string Type, string Text, string Stack) : RuntimeWord;

    /// <summary>It can be asked to do something.</summary>
    /// <param name="Action">What.</param>
    public sealed record Offered(AppAction Action) : RuntimeWord;

    /// <summary>It did what it was asked to do.</summary>
    /// <param name="Action">Name.</param>
    /// <param name="Json">What came of it; <c>null</c> when nothing did.</param>
    public sealed record Answered(string Action, string Json) : RuntimeWord;

    /// <summary>It listens for connections: a server's way of being ready.</summary>
    /// <param name="Address">Where.</param>
    public sealed record Listening(string Address) : RuntimeWord;

    /// <summary>It takes no connections any more, and has none left.</summary>
    public sealed record Drained : RuntimeWord;

    /// <summary>Requests that it has answered since it said so last.</summary>
    /// <param name="Requests">By method and status.</param>
    public sealed record Served(ImmutableArray<ServedRequests> Requests) : RuntimeWord;

    /// <summary>It closed its end of the channel, or is gone.</summary>
    public sealed record Disconnected : RuntimeWord;
}

/// <summary>A number that an app takes of itself.</summary>
/// <param name="Name">As the app calls it.</param>
/// <param name="Value">Its value.</param>
/// <param name="Unit">UCUM, or as the app writes it; empty: none.</param>
/// <param name="Grows">It counts something: it only grows.</param>
/// <param name="Json">As the app said it.</param>
public readonly record struct AppNumber(string Name, double Value, string Unit, bool Grows, string Json);

/// <summary>HTTP requests of one method and status.</summary>
/// <param name="Method">Upper case; <c>_OTHER</c> for one that is not known.</param>
/// <param name="Status">Status code.</param>
/// <param name="Seconds">Sum of their durations.</param>
/// <param name="Counts">By <see cref="Bounds"/>, and one more for what is longer.</param>
public sealed record ServedRequests(string Method, int Status, double Seconds, ImmutableArray<long> Counts)
{
    /// <summary>Upper bounds of the buckets, seconds: those that the semantic conventions advise for HTTP.</summary>
    public static ImmutableArray<double> Bounds { get; } = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
}

/// <summary>Something that an app can be asked to do.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">As the app says; empty: nothing.</param>
/// <param name="Arity">How many arguments its function takes.</param>
/// <param name="OptionsJson">What else the app says of it, JSON; null: nothing.</param>
public sealed record AppAction(string Name, string Kind, int Arity, string? OptionsJson);

/// <summary>The talk with one process. Disposing it ends our listening and leaves the process alone.</summary>
public interface IConversation : IDisposable
{
    /// <summary>Sends a value as it is.</summary>
    /// <param name="json">One JSON value.</param>
    /// <returns>False when it cannot reach the process.</returns>
    bool Send(string json);

    /// <summary>Asks it to do something that it offers.</summary>
    /// <param name="action">Name.</param>
    /// <param name="parameterJson">What goes with it, JSON; null: nothing.</param>
    /// <returns>False when it cannot reach the process.</returns>
    bool Ask(string action, string? parameterJson);

    /// <summary>It accepts from a listener that it shares.</summary>
    bool IsListening { get; }

    /// <summary>Takes it off its listeners: it gets no new connections, and finishes what it is at. <see cref="RuntimeWord.Drained"/> follows, or its end.</summary>
    /// <returns>False when it cannot be told: then there is nothing to wait for.</returns>
    bool Drain();

    /// <summary>Ends the channel: the process lives on without it.</summary>
    void Disconnect();
}

/// <summary>What the processes of one app speak.</summary>
public interface IAppRuntime : IDisposable
{
    /// <summary>What a process that is about to be made is given besides its own environment.</summary>
    /// <param name="key">Its slot.</param>
    /// <param name="incarnation">Its number.</param>
    /// <param name="env">Its environment so far.</param>
    IReadOnlyList<KeyValuePair<string, string>> Variables(InstanceKey key, int incarnation, IReadOnlyDictionary<string, string> env);

    /// <summary>Begins to talk.</summary>
    /// <param name="key">The slot.</param>
    /// <param name="incarnation">The process's number.</param>
    /// <param name="process">It.</param>
    /// <param name="channel">Its channel.</param>
    /// <param name="isNew">False: an earlier daemon talked with it before.</param>
    /// <param name="heard">Takes what is understood, on a thread of the host. Must not block.</param>
    IConversation Begin(InstanceKey key, int incarnation, IHostedProcess process, IMessageChannel channel, bool isNew, Action<RuntimeWord> heard);

    /// <summary>The slot is as it will be: its process is ready, or there is none and none is to come. What an earlier one shared and nobody has asked for again is let go.</summary>
    /// <param name="key">The slot.</param>
    void Settled(InstanceKey key);
}

/// <summary>Knows the runtimes.</summary>
public interface IAppRuntimes
{
    /// <summary>The runtime of an app.</summary>
    /// <param name="spec">The app.</param>
    /// <returns>To be disposed when the app is gone.</returns>
    IAppRuntime For(AppSpec spec);

    /// <summary>Whether a program can take a channel.</summary>
    /// <param name="executable">Path of the program.</param>
    bool Speaks(string executable);
}
